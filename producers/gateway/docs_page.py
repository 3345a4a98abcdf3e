"""`/docs`: the interface to try out, and the document it is made from. Everything comes from this server.

The page and its scripts say nothing of ours. What does, `/openapi.json`, needs a token like the rest.
"""

from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from swagger_ui_bundle import swagger_ui_path

from contract.access import Purpose
from presentation.icon import ICON
from producers.gateway.openapi import build_openapi
from producers.gateway.problems import GatewayCode, ProblemError
from producers.gateway.routing import json_response
from producers.gateway.services import GatewayServices

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI writes styles into elements; scripts come from this server only, and requests go nowhere else."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>NeoScore gateway</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/favicon.ico">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<form id="sign-in" hidden>
<p><label for="token">Bearer token</label> <input id="token" autocomplete="off" size="60">
<button>Show</button></p>
<p id="problem" role="alert"></p>
</form>
<main id="ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/docs.js"></script>
</body>
</html>
"""

_TYPES = {"css": "text/css", "js": "text/javascript", "ico": "image/x-icon"}

_FILES = {
    "docs.js": Path(__file__).parent,
    ICON.name: ICON.parent,
    **dict.fromkeys(("swagger-ui.css", "swagger-ui-bundle.js"), Path(str(swagger_ui_path))),
}


def docs_routes(app: FastAPI, services: GatewayServices) -> APIRouter:
    """Return the routes of the documentation."""
    router = APIRouter(include_in_schema=False)
    assets = {name: (folder / name).read_bytes() for name, folder in _FILES.items()}

    @router.get("/docs")
    async def page() -> Response:
        return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    @router.get("/docs/{name}")
    async def asset(name: str) -> Response:
        if name not in assets:
            raise ProblemError(GatewayCode.NOT_FOUND, "not found")
        media_type = _TYPES[name.rpartition(".")[2]]
        return Response(assets[name], media_type=media_type, headers={"Cache-Control": "max-age=3600"})

    @router.get("/openapi.json", dependencies=[Depends(services.auth.authenticate_for(Purpose.GATEWAY_DOCS))])
    async def openapi() -> Response:
        try:
            model = services.model.current()
        except ProblemError:
            model = None
        return json_response(build_openapi(app, model, requires_auth=not services.auth.allows_anonymous))

    return router
