"""The documents of the interfaces: what every route declares, and what the linters of OpenAPI and AsyncAPI say."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.access import ROUTE_SCOPES
from contract.bundle import Bundle
from contract.settings import Settings
from producers.gateway.app import build_api
from producers.gateway.lanes import Lanes
from producers.gateway.openapi import build_openapi
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices
from tests.unit.repo.files import ROOT, read

LINTERS = ROOT / "tests/npm"

SETTINGS = {"with an issuer": {"oidc_issuer": "https://id.example"}, "without an issuer": {}}


def document(bundle: Bundle, settings: Mapping[str, str]) -> dict[str, Any]:
    def unused() -> Any:
        raise AssertionError("a document needs no lane")

    services = GatewayServices(Settings(**settings), Lanes(unused, unused))
    return build_openapi(build_api(services), ServedModel(bundle), requires_auth=not services.auth.allows_anonymous)


def node_program(name: str) -> list[str]:
    node = shutil.which("node")
    if node is None or not (LINTERS / "node_modules").exists():
        pytest.skip("needs node, and `npm install --no-package-lock` in tests/npm")
    return [node, name]


def lint(command: list[str], folder: Path) -> None:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_openapi_passes_the_recommended_rules_of_redocly(tiny_bundle, tmp_path: Path, settings: Mapping[str, str]):
    program = node_program("node_modules/@redocly/cli/bin/cli.js")
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document(tiny_bundle, settings)))
    lint([*program, "lint", "--extends", "recommended", "--max-problems", "1000", str(file)], LINTERS)


def test_asyncapi_passes_the_official_parser():
    lint([*node_program("check-asyncapi.mjs"), str(ROOT / "docs/asyncapi.yaml")], LINTERS)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_operation_states_its_security(tiny_bundle, settings: Mapping[str, str]):
    operations = [op for path in document(tiny_bundle, settings)["paths"].values() for op in path.values()]
    public = [op["operationId"] for op in operations if op["security"] == []]
    assert set(public) == ({"healthz", "readyz"} if settings else {op["operationId"] for op in operations})


def test_every_route_is_documented_with_its_scopes(tiny_bundle):
    described = {}
    for path, operations in document(tiny_bundle, SETTINGS["with an issuer"])["paths"].items():
        for method, operation in operations.items():
            described[f"{method.upper()} {path}"] = set(re.findall(r"`(\w+:\w+)`", operation.get("description", "")))
    rows = re.findall(r"^\| `(\w+ [^`]+)` \|.*\| (.*) \|$", read("docs/gateway.md"), re.MULTILINE)
    documented = {route: set(re.findall(r"`(\w+:\w+)`", scopes)) for route, scopes in rows}
    assert {route: scopes for route, scopes in described.items() if scopes} == {
        route: scopes for route, scopes in documented.items() if scopes
    }
    of_routes = {frozenset(scopes) for scopes in described.values() if scopes}
    assert of_routes <= {frozenset(map(str, scopes)) for scopes in ROUTE_SCOPES.values()}
