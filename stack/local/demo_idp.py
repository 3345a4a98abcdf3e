"""An OpenID provider with three demo users, to try sign-in on this machine. It asks for no password.

`python -m stack.local.demo_idp PORT` serves it; `start_provider` starts that as a process.
"""

import importlib.util
import os
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from contract.access import Role
from contract.settings import Settings
from stack.errors import MissingDependencyError, ServiceFailedError
from stack.local.ports import HOST, choose_port
from stack.local.process import ChildProcess, ProcessSpec
from stack.probes import is_served

DEFAULT_PORT = 9400

START_SECONDS = 30
"""It is up in a second on a free core."""


@dataclass(frozen=True)
class DemoUser:
    """A user who does not exist."""

    sub: str
    name: str
    roles: tuple[Role, ...]


DEMO_USERS = (
    DemoUser("advisor", "Ada Conseil", (Role.ADVISOR,)),
    DemoUser("operator", "Olaf Exploit", (Role.OPERATOR,)),
    DemoUser("auditor", "Aude Contrôle", (Role.AUDITOR,)),
)

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  :root { color-scheme: light dark; }
  body { font-family: system-ui, sans-serif; display: grid; place-items: center; min-height: 100vh; margin: 0; }
  main { max-width: 26rem; padding: 1rem; line-height: 1.5; }
  button { font: inherit; display: block; width: 100%; text-align: left; margin: .5rem 0; padding: .7rem 1rem; }
</style><main>{% block content %}{{ content }}{% endblock %}</main></html>"""
"""Replaces the library's own, which fetches its style sheet from another host."""

FORM = (
    '{% extends "_base.html" %}{% block content %}<h1>Sign in</h1>'
    "<p>These users do not exist and need no password. This page is for development.</p><form method=post>"
    + "".join(
        f'<button name=sub value="{escape(person.sub)}"><b>{escape(person.sub)}</b> – {escape(person.name)}</button>'
        for person in DEMO_USERS
    )
    + "</form>{% endblock %}"
)


RECHECK_MINUTES = 12 * 60
"""Its refresh tokens give no identity token, so the dashboard could ask nothing: sessions last for a working day."""


def start_provider(config: Settings, log: Path, preferred_port: int = DEFAULT_PORT) -> tuple[ChildProcess, str]:
    """Start the provider and return it with its issuer, once it is ready.

    Raises MissingDependencyError or ServiceFailedError.
    """
    _refuse_production(config)
    if importlib.util.find_spec("oidc_provider_mock") is None:
        raise MissingDependencyError(
            'demo sign-in requires the package oidc-provider-mock: pip install "neoscore[local]"'
        )
    port = choose_port(preferred_port)
    issuer = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "stack.local.demo_idp", str(port)]
    child = ChildProcess(ProcessSpec("the identity provider", command, log, os.environ))
    try:
        child.wait_until(lambda: is_served(issuer, "/.well-known/openid-configuration"), START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child, issuer


def serve(port: int) -> None:
    """Serve the provider until SIGTERM. Raises ServiceFailedError in production."""
    _refuse_production(Settings())
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain HTTP, which does not leave this machine
    from werkzeug.serving import make_server

    make_server(HOST, port, create_provider(), threaded=True).serve_forever()


def create_provider() -> Any:
    """Return the provider as a WSGI application, without the library's debugger, which would run anyone's code."""
    from jinja2 import ChoiceLoader, DictLoader
    from oidc_provider_mock import User, app

    people = [User(sub=one.sub, claims={"name": one.name, "roles": [*map(str, one.roles)]}) for one in DEMO_USERS]
    made = app(require_nonce=True, issue_refresh_token=False, user_claims=people)
    made.debug = False
    made.wsgi_app = type(made).wsgi_app.__get__(made)
    ours = DictLoader({"_base.html": PAGE, "authorization_form.html": FORM})
    made.jinja_loader = ChoiceLoader([ours, made.jinja_loader])
    return made


def _refuse_production(config: Settings) -> None:
    if config.environment == "production":
        raise ServiceFailedError(
            "demo users are not allowed in production; set NEOSCORE_OIDC_ISSUER to the bank's provider"
        )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
