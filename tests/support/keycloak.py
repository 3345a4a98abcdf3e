"""A real OpenID Connect provider: Keycloak, brought by Maven, with one realm in memory and one person in it."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from stack.local.kafka_jars import user_cache
from stack.local.ports import choose_port
from stack.local.process import ChildProcess, ProcessSpec

VERSION = "26.5.2"

REALM = "bank"

CLIENT_ID, CLIENT_SECRET = "neoscore-dashboard", "a secret of the tests"

USER, PASSWORD = "ada", "a password of the tests"

ADMIN = "a-name-of-the-tests"

FETCH_SECONDS = 600
"""160 MB, once for each user of a machine."""

START_SECONDS = 600
"""It takes 16 s on free cores, and arranges its classes at the first start."""


class Keycloak:
    """A running Keycloak, and what an administrator does there."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.issuer = f"{address}/realms/{REALM}"
        self._http = httpx.Client(base_url=address, timeout=60)

    def create_realm(self) -> None:
        """Create the realm with its roles, the dashboard as its client, and a person who is an advisor."""
        roles = {
            "name": "roles",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-usermodel-realm-role-mapper",
            "config": {"multivalued": "true", "claim.name": "roles", "id.token.claim": "true"},
        }
        client = {
            "clientId": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "redirectUris": ["*"],
            "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": "*"},
            "protocolMappers": [roles],
        }
        person = {
            "username": USER,
            "enabled": True,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "email": "ada@bank.example",
            "credentials": [{"type": "password", "value": PASSWORD}],
            "realmRoles": ["advisor", "operator"],
        }
        realm = {
            "realm": REALM,
            "enabled": True,
            "roles": {"realm": [{"name": name} for name in ("advisor", "operator", "auditor")]},
            "clients": [client],
            "users": [person],
        }
        self._admin("POST", "/admin/realms", json=realm)

    def set_backchannel_logout(self, url: str) -> None:
        """Tell the provider where the dashboard hears of ended sessions."""
        [client] = self._admin("GET", f"/admin/realms/{REALM}/clients", params={"clientId": CLIENT_ID}).json()
        client["attributes"]["backchannel.logout.url"] = url
        self._admin("PUT", f"/admin/realms/{REALM}/clients/{client['id']}", json=client)

    def set_enabled(self, enabled: bool) -> None:
        """Close the person's account, or open it again."""
        self._admin("PUT", self._person(), json={"enabled": enabled})

    def take_role(self, role: str) -> None:
        """Take a role from the person."""
        found = self._admin("GET", f"/admin/realms/{REALM}/roles/{role}").json()
        self._admin("DELETE", f"{self._person()}/role-mappings/realm", json=[found])

    def last_access(self) -> int:
        """Return when the person's session was last used at the provider, in milliseconds since 1970."""
        return max(session["lastAccess"] for session in self._admin("GET", f"{self._person()}/sessions").json())

    def end_sessions(self) -> None:
        """End the person's sessions."""
        self._admin("POST", f"{self._person()}/logout")

    def _person(self) -> str:
        [person] = self._admin("GET", f"/admin/realms/{REALM}/users", params={"username": USER}).json()
        return f"/admin/realms/{REALM}/users/{person['id']}"

    def _admin(self, method: str, path: str, **options: object) -> httpx.Response:
        form = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": PASSWORD}
        token = self._http.post("/realms/master/protocol/openid-connect/token", data=form).json()["access_token"]
        answer = self._http.request(method, path, headers={"Authorization": f"Bearer {token}"}, **options)
        answer.raise_for_status()
        return answer


def browser() -> httpx.Client:
    """Return a client that follows redirects, and sends secure cookies to this machine without TLS, as browsers do."""
    client = httpx.Client(follow_redirects=True, timeout=60)

    def trust_this_machine(_: httpx.Response) -> None:
        for cookie in client.cookies.jar:
            cookie.secure = False

    client.event_hooks = {"response": [trust_this_machine]}
    return client


def sign_in(client: httpx.Client, dashboard: str) -> httpx.Response:
    """Sign in to the dashboard with the person's password, and return the page that comes back."""
    form = client.get(f"{dashboard}/sign-in")
    action = re.search(r'<form[^>]*action="([^"]+)"', form.text)
    assert action is not None, form.text[:500]
    return client.post(unescape(action[1]), data={"username": USER, "password": PASSWORD})


@contextmanager
def running_keycloak(log: Path) -> Iterator[Keycloak]:
    """Run Keycloak with the realm. Skips where Maven or Java are missing."""
    if not (shutil.which("mvn") and shutil.which("java")):
        pytest.skip("Keycloak needs Maven and Java 17")
    port = choose_port()
    command = [_home() / "bin" / "kc.sh", "start-dev", "--db=dev-mem", "--http-host=127.0.0.1", f"--http-port={port}"]
    variables = {
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
    }
    child = ChildProcess(ProcessSpec("Keycloak", [*map(str, command)], log, {**os.environ, **variables}))
    keycloak = Keycloak(f"http://127.0.0.1:{port}")
    try:
        child.wait_until(lambda: _answers(f"{keycloak.address}/realms/master"), START_SECONDS)
        keycloak.create_realm()
        yield keycloak
    finally:
        child.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def _home() -> Path:
    """Return the folder of Keycloak, which appears complete or not at all."""
    home = user_cache() / f"keycloak-{VERSION}"
    if not home.exists():
        user_cache().mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".keycloak-", dir=user_cache()))
        try:
            artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
            fetch = ["mvn", "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={draft}"]
            subprocess.run(fetch, cwd=draft, check=True, capture_output=True, timeout=FETCH_SECONDS)
            with zipfile.ZipFile(next(draft.glob("*.zip"))) as archive:
                archive.extractall(draft)
            (draft / f"keycloak-{VERSION}" / "bin" / "kc.sh").chmod(0o755)
            (draft / f"keycloak-{VERSION}").rename(home)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return home
