"""An issuer of tokens: a real HTTP server with a discovery document and a key set, whose keys tests sign with.

It also takes codes, as from a browser that signed in, and gives the identity token that a test put there for it.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

AUDIENCE = "neoscore"

ALL_SCOPES = "score:write batch:write ops:read audit:read clients:write"


class FakeIssuer:
    """Signs tokens, right ones and wrong ones. `jwks_fetches` counts how often its key set was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jwks_fetches = 0
        self.identity_tokens: dict[str, str] = {}
        """Code → token."""
        self.refresh_tokens: dict[str, str] = {}
        """Refresh token → the identity token that it gives. One that is not there is refused."""
        self.redeemed: list[dict[str, str]] = []
        """The forms that were sent with codes."""
        self.keys: dict[str, Key] = {
            "rsa": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
            "ec": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}),
            "okp": OKPKey.generate_key("Ed25519", {"kid": "okp", "use": "sig"}),
        }

    @property
    def sign_out_origin(self) -> str:
        """Where people sign out: under another name than the issuer's, as some providers have it."""
        return self.address.replace("127.0.0.1", "localhost")

    def claims(self, scope: str = ALL_SCOPES, **changes: Any) -> dict[str, Any]:
        """Claims of a good token, changed; None leaves a claim out."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": AUDIENCE, "sub": "loan-desk", "iat": now, "nbf": now, "exp": now + 300}
        return {name: value for name, value in {**claims, "scope": scope, **changes}.items() if value is not None}

    def token(self, scope: str = ALL_SCOPES, *, key: str = "ec", alg: str | None = None, **changes: Any) -> str:
        """A token signed with one of the keys."""
        algorithm = alg or {"rsa": "RS256", "ec": "ES256", "okp": "Ed25519"}[key]
        header = {"alg": algorithm, "kid": key}
        return jwt.encode(header, self.claims(scope, **changes), self.keys[key], algorithms=[algorithm])

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
        """A token with any header, signed with any key."""
        registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jwt.encode(dict(header), dict(claims), key, registry=registry)

    def get(self, path: str) -> Any:
        """What the server answers; None for no such page."""
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            addresses = {name: f"{self.address}/{path}" for name, path in names.items()}
            return {"issuer": self.address, **addresses, "end_session_endpoint": f"{self.sign_out_origin}/bye"}
        if path == "/keys":
            self.jwks_fetches += 1
            return {"keys": [{**key.as_dict(private=False)} for key in self.keys.values()]}
        return None

    def exchange_code(self, form: Mapping[str, str]) -> dict[str, str]:
        """Give the identity token for a code, once, or for a refresh token."""
        self.redeemed.append(dict(form))
        code = form.get("code", "")
        refreshed = self.refresh_tokens.get(form.get("refresh_token", ""))
        token = refreshed or self.identity_tokens.pop(code, None)
        if token is None:
            return {"error": "invalid_grant"}
        refresh = f"refresh-{code}" if code else form["refresh_token"]
        return {"id_token": token, "access_token": "unused", "token_type": "Bearer", "refresh_token": refresh}


@contextmanager
def running_issuer() -> Iterator[FakeIssuer]:
    """Run an issuer on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.get(self.path)
            self._answer(found, 404 if found is None else 200)

        def do_POST(self) -> None:
            form = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = issuer.exchange_code(dict(form))
            self._answer(answer, 400 if "error" in answer else 200)

        def _answer(self, found: Any, status: int) -> None:
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = FakeIssuer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
