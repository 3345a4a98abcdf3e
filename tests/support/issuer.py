"""An issuer of tokens: a real HTTP server with a discovery document and a key set, whose keys tests sign with."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

AUDIENCE = "neoscore"

EVERYTHING = "score:write batch:write ops:read audit:read"


class Issuer:
    """Signs tokens, right ones and wrong ones. `fetches` counts how often its key set was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.fetches = 0
        self.keys: dict[str, Key] = {
            "rsa": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
            "ec": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}),
            "okp": OKPKey.generate_key("Ed25519", {"kid": "okp", "use": "sig"}),
        }

    def claims(self, scope: str = EVERYTHING, **changes: Any) -> dict[str, Any]:
        """Claims of a good token, changed; None leaves a claim out."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": AUDIENCE, "sub": "loan-desk", "iat": now, "nbf": now, "exp": now + 300}
        return {name: value for name, value in {**claims, "scope": scope, **changes}.items() if value is not None}

    def token(self, scope: str = EVERYTHING, *, key: str = "ec", alg: str | None = None, **changes: Any) -> str:
        """A token signed with one of the keys."""
        algorithm = alg or {"rsa": "RS256", "ec": "ES256", "okp": "Ed25519"}[key]
        header = {"alg": algorithm, "kid": key}
        return jwt.encode(header, self.claims(scope, **changes), self.keys[key], algorithms=[algorithm])

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
        """A token with any header, signed with any key."""
        registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jwt.encode(dict(header), dict(claims), key, registry=registry)

    def document(self, path: str) -> Any:
        """What the server answers; None for no such page."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        if path == "/keys":
            self.fetches += 1
            return {"keys": [{**key.as_dict(private=False)} for key in self.keys.values()]}
        return None


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """Run an issuer on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.document(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
