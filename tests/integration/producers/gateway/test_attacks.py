"""Attacks on tokens, routes and limits: each is refused, reveals nothing, and is in the access log."""

import base64
import hmac
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from producers.gateway.limits import MAX_HEADERS, MAX_IDLE_PER_ADDRESS
from tests.integration.producers.gateway.conftest import RunningGateway, running_gateway
from tests.support.fake_issuer import FakeIssuer, running_issuer
from tests.support.gateway import start_memory_gateway

pytestmark = pytest.mark.database

DRIP_SECONDS = 0.2

ROUTES = [
    ("POST", "/predict", "score:write"),
    ("POST", "/clients/person-00001/score", "score:write"),
    ("POST", "/batches", "batch:write"),
    ("GET", "/model", "score:write"),
    ("GET", "/metrics", "ops:read"),
    ("GET", "/audit", "audit:read"),
    ("GET", "/openapi.json", "score:write"),
]


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def raw(header: dict, claims: dict, signature: bytes = b"") -> str:
    return ".".join(map(encoded, (json.dumps(header).encode(), json.dumps(claims).encode(), signature)))


def with_public_key_as_secret(issuer: FakeIssuer) -> str:
    secret = issuer.keys["rsa"].as_pem(private=False)
    unsigned = raw({"alg": "HS256", "kid": "rsa"}, issuer.claims()).rstrip(".")
    return f"{unsigned}.{encoded(hmac.digest(secret, unsigned.encode(), 'sha256'))}"


def forged(issuer: FakeIssuer) -> str:
    head, _, signature = issuer.token("ops:read").split(".")
    claims = raw({}, issuer.claims(sub="someone-else")).split(".")[1]
    return f"{head}.{claims}.{signature}"


ATTACKS = {
    "no token": (lambda i: "", "missing"),
    "no dots": (lambda i: "abc", "malformed"),
    "unsigned": (lambda i: raw({"alg": "none", "kid": "ec"}, i.claims()), "algorithm"),
    "none, in other letters": (lambda i: raw({"alg": "nOnE", "kid": "ec"}, i.claims()), "algorithm"),
    "no algorithm": (lambda i: raw({"kid": "ec"}, i.claims()), "malformed"),
    "the public key as a secret": (with_public_key_as_secret, "algorithm"),
    "an algorithm of another key": (
        lambda i: i.sign({"alg": "RS256", "kid": "ec"}, i.claims(), RSAKey.generate_key(2048)),
        "signature",
    ),
    "signature left out": (lambda i: i.token().rpartition(".")[0] + ".", "signature"),
    "claims exchanged": (forged, "signature"),
    "signed with a key of one's own": (
        lambda i: i.sign({"alg": "ES256", "kid": "ec"}, i.claims(), ECKey.generate_key("P-256")),
        "signature",
    ),
    "a key of one's own in the header": (
        lambda i: i.sign(
            {"alg": "ES256", "kid": "ec", "jwk": (own := ECKey.generate_key("P-256")).as_dict(private=False)},
            i.claims(),
            own,
        ),
        "signature",
    ),
    "an unknown key": (lambda i: i.sign({"alg": "ES256", "kid": "?"}, i.claims(), i.keys["ec"]), "unknown_key"),
    "critical extensions": (
        lambda i: raw({"alg": "ES256", "kid": "ec", "crit": ["exp"], "exp": 1}, i.claims(), b"x" * 64),
        "malformed",
    ),
    "expired": (lambda i: i.token(exp=int(time.time()) - 600), "expired"),
    "without an end": (lambda i: i.token(exp=None), "claims"),
    "an end in words": (lambda i: i.token(exp="never"), "claims"),
    "not yet valid": (lambda i: i.token(nbf=int(time.time()) + 120), "not_yet_valid"),
    "issued tomorrow": (lambda i: i.token(iat=int(time.time()) + 86_400), "not_yet_valid"),
    "for another audience": (lambda i: i.token(aud="another-service"), "audience"),
    "for no audience": (lambda i: i.token(aud=None), "audience"),
    "of another issuer": (lambda i: i.token(iss="https://elsewhere.example"), "issuer"),
    "without a name": (lambda i: i.token(sub=None), "claims"),
    "a name that breaks the line": (lambda i: i.token(sub="a\nb"), "claims"),
    "an e-mail address for a name": (lambda i: i.token(sub="anne.martin@bank.example"), "claims"),
    "without a beginning": (lambda i: i.token(iat=None), "claims"),
    "issued two days ago, and valid for years": (
        lambda i: i.token(iat=int(time.time()) - 2 * 86_400, exp=int(time.time()) + 10**8),
        "too_old",
    ),
    "bound to a key": (
        lambda i: i.token(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
        "sender_constrained",
    ),
    "an identity token": (lambda i: i.token(typ="ID"), "type"),
    "a token that signs a session out": (
        lambda i: i.sign({"alg": "ES256", "kid": "ec", "typ": "logout+jwt"}, i.claims(), i.keys["ec"]),
        "type",
    ),
    "scopes that are none": (lambda i: i.token(scope={"score:write": True}), "claims"),
    "far too long": (lambda i: i.token(more="x" * 9_000), "malformed"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_token_that_proves_nothing_is_refused_and_noted(gateway: RunningGateway, access_log, name: str):
    make, fault = ATTACKS[name]
    token = make(gateway.issuer)
    with gateway.client(token) as stranger:
        answer = stranger.post("/clients/person-00001/score")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="neoscore"')
    assert ('error="invalid_token"' in challenge) == bool(token)
    assert fault == "missing" or fault in challenge
    assert "person" not in answer.text
    assert access_log.entries() == [("unauthenticated", "service", "", "gateway_score", "unauthenticated")]


@pytest.mark.parametrize("key", ["rsa", "ec", "okp"])
def test_each_algorithm_of_the_issuer_lets_in(gateway: RunningGateway, key: str):
    with gateway.client(gateway.issuer.token(key=key)) as client:
        assert client.get("/model").status_code == 200


def test_the_older_name_of_ed25519_lets_in_too(gateway: RunningGateway):
    registry = JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
    signer = registry.algorithms["Ed25519"]
    unsigned = raw({"alg": "EdDSA", "kid": "okp"}, gateway.issuer.claims()).rstrip(".")
    signature = signer.sign(unsigned.encode(), gateway.issuer.keys["okp"])
    token = f"{unsigned}.{encoded(signature)}"
    with gateway.client(token) as client:
        assert client.get("/model").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 5},
        {"aud": ["other", "neoscore"]},
        {"scope": ["score:write"]},
        {"sub": None, "client_id": "desk"},
        {"nbf": None},
    ],
    ids=["leeway", "audiences", "scopes", "client", "times"],
)
def test_what_providers_write_differently_is_read(gateway: RunningGateway, claims):
    if "exp" in claims:
        claims = {"exp": int(time.time()) - 5}
    with gateway.client(gateway.issuer.token(**{"scope": "score:write", **claims})) as client:
        assert client.get("/model").status_code == 200


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_every_route_needs_a_token_and_its_scope(gateway: RunningGateway, access_log, method, path, scope):
    others = " ".join({"score:write", "batch:write", "ops:read", "audit:read"} - {scope})
    if path == "/model":
        others = "ops:read audit:read"
    if path == "/openapi.json":
        others = "profile email"
    with gateway.client("") as stranger, gateway.client(gateway.issuer.token(others, sub="curious")) as curious:
        assert stranger.request(method, path).status_code == 401
        answer = curious.request(method, path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert scope in answer.headers["www-authenticate"]
    entries = access_log.entries()
    assert [(who, outcome) for who, _, _, _, outcome in entries] == [
        ("unauthenticated", "unauthenticated"),
        ("curious", "refused"),
    ]


def test_who_lacks_the_scope_does_not_learn_whether_a_client_exists(gateway: RunningGateway):
    with gateway.client(gateway.issuer.token("batch:write")) as curious:
        answers = [curious.post(f"/clients/{ref}/score") for ref in ("person-00001", "nobody")]
    first, second = ({**answer.json(), "request_id": ""} for answer in answers)
    assert first == second


def test_two_tokens_are_none(gateway: RunningGateway):
    token = gateway.issuer.token()
    with gateway.client("") as client:
        headers = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")]
        assert client.get("/model", headers=headers).status_code == 401
        assert client.get(f"/model?access_token={token}").status_code == 401


def test_a_new_key_is_fetched_once_and_strangers_cannot_make_it_fetch(gateway: RunningGateway):
    issuer = gateway.issuer
    before = issuer.jwks_fetches
    with gateway.client("") as client:
        for number in range(20):
            token = issuer.sign({"alg": "ES256", "kid": f"made-up-{number}"}, issuer.claims(), issuer.keys["ec"])
            assert client.get("/model", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert issuer.jwks_fetches <= before + 1


@pytest.mark.parametrize(
    "ref",
    [
        "x' OR '1'='1",
        "person-00001'; DROP TABLE clients; --",
        "person-00001%00",
        "%0d%0aSet-Cookie:%20a=b",
        "..%2f..%2fmodel",
        "%ff%fe",
        "person%2d0000_",
        "%",
    ],
)
def test_no_reference_is_more_than_a_name(http: httpx.Client, ref: str):
    answer = http.post(f"/clients/{ref}/score")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert http.post("/clients/person-00001/score").status_code == 200


POST = b"POST /predict HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /model HTTP/1.1\r\nHost: a\r\n"

UNREADABLE_HEADS = {
    "path": b"GET /model\r\nX-Injected: 1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "return": GET + b"X-Request-Id: a\rb\r\n\r\n",
    "nul": GET + b"X-Request-Id: a\x00b\r\n\r\n",
    "two-lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    "negative": POST + b"Content-Length: -1\r\n\r\n",
    "encoding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "long": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "length-and-encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding-and-length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "another-encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "encoded-twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "bare-line-feed-in-chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
    "plus": POST + b"Content-Length: +5\r\n\r\n12345",
    "folded": GET + b"X-Request-Id: a\r\n b\r\n\r\n",
    "bare-line-feed": b"GET /model HTTP/1.1\r\nHost: a\nX-Request-Id: a\r\n\r\n",
    "bare-line-feeds": b"GET /model HTTP/1.1\nHost: a\n\n",
    "space-before-colon": b"GET /model HTTP/1.1\r\nHost : a\r\n\r\n",
    "encoding-in-http-1.0": b"POST /predict HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "http-0.9": b"GET /model\r\n\r\n",
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", UNREADABLE_HEADS)
def test_a_head_that_two_servers_could_read_differently_is_refused(gateway: RunningGateway, name: str):
    assert speak(gateway, UNREADABLE_HEADS[name]).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 501"))


@pytest.mark.parametrize(
    "host", ["attacker.example", "127.0.0.1.attacker.example:8080", "localhost.attacker.example", ""]
)
def test_a_request_for_another_host_is_refused(gateway: RunningGateway, access_log, host: str):
    with gateway.client() as client:
        answer = client.post("/clients/person-00001/score", headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")
        assert client.get("/healthz", headers={"Host": host}).status_code == 200
    assert access_log.entries() == [("unauthenticated", "service", "", "gateway_request", "unauthenticated")]


def test_a_caller_beyond_its_rate_waits_and_others_do_not(no_broker, bundle, clients_url, log_folder, access_log):
    log = log_folder / "gateway-rate.log"
    with running_issuer() as issuer, ExitStack() as stack:
        env = {"database_url": clients_url, "oidc_issuer": issuer.address, "gateway_requests_per_minute": "5"}
        started = start_memory_gateway(no_broker, bundle, log, **env)
        gateway = stack.enter_context(running_gateway(*started, issuer, log))
        hasty, calm = (stack.enter_context(gateway.client(issuer.token(sub=name))) for name in ("hasty", "calm"))
        answers = [hasty.get("/model") for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
        assert answers[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert calm.get("/model").status_code == 200
    refusals = [entry for entry in access_log.entries() if entry[-1] == "refused"]
    assert [who for who, *_ in refusals] == ["hasty"]


def test_idle_connections_of_one_address_make_room_for_new_ones(gateway: RunningGateway, http: httpx.Client):
    place = urlsplit(gateway.url)
    held = [socket.create_connection((place.hostname, place.port), timeout=60) for _ in range(MAX_IDLE_PER_ADDRESS + 1)]
    try:
        assert held[0].recv(1) == b""
        assert http.get("/model").status_code == 200
        held[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert held[-1].recv(65_536).startswith(b"HTTP/1.1 200")
    finally:
        for connection in held:
            connection.close()


def test_an_id_that_could_write_into_the_log_is_replaced(gateway: RunningGateway, http: httpx.Client):
    for ref in ("a b", "ä", "x" * 65, '{"level":"ERROR"}'):
        answer = http.get("/healthz", headers={"X-Request-Id": ref.encode()})
        assert answer.headers["x-request-id"] != ref
        assert len(answer.headers["x-request-id"]) == 36
    log = gateway.log.read_text()
    assert "ERROR" not in log
    assert "person-" not in log


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "identity, gzip"])
def test_a_compressed_body_is_not_unpacked(http: httpx.Client, access_log, encoding: str):
    answer = http.post(
        "/predict", content=b"x", headers={"Content-Encoding": encoding, "Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert access_log.entries() == [refused("gateway_predict")]


def test_too_many_headers_are_refused(http: httpx.Client, access_log):
    answer = http.get("/model", headers=[(f"x-{number}", "1") for number in range(MAX_HEADERS + 1)])
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")
    assert access_log.entries() == [("unauthenticated", "service", "", "gateway_request", "unauthenticated")]


def refused(purpose: str) -> tuple[str, ...]:
    return ("loan-desk", "service", "", purpose, "refused")


PREDICT, SCORE, BATCH = "gateway_predict", "gateway_score", "gateway_batch"

UNREADABLE = {
    "no JSON": ("/predict", "application/json", b"{", PREDICT, 400),
    "another type": ("/predict", "text/plain", b"{}", PREDICT, 415),
    "a field too many": ("/predict", "application/json", b'{"features": {}, "admin": true}', PREDICT, 422),
    "a list too short": ("/predict", "application/json", b'{"features": [1]}', PREDICT, 422),
    "a parameter": ("/clients/person-00001/score?explain=perhaps", "", b"", SCORE, 422),
    "an upload of another type": ("/batches", "application/zip", b"PK", BATCH, 415),
    "an upload's parameter": ("/batches?explain=1", "text/csv", b"", BATCH, 422),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_noted_under_the_name_of_who_sent_it(http: httpx.Client, access_log, name: str):
    path, media_type, body, purpose, status = UNREADABLE[name]
    answer = http.post(path, content=body, headers={"Content-Type": media_type} if media_type else {})
    assert answer.status_code == status
    assert access_log.entries() == [refused(purpose)]


def test_a_body_that_says_that_it_is_too_large_is_not_even_begun(gateway: RunningGateway):
    token = gateway.issuer.token()
    head = (
        f"POST /batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: text/csv\r\n"
        f"Content-Length: {10**13}\r\nExpect: 100-continue\r\n\r\n"
    )
    assert speak(gateway, head.encode()).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_ends_at_the_limit(http: httpx.Client):
    def endless():
        while True:
            yield b" " * 10_000

    answer = http.post("/predict", content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "message_too_large")


def test_a_caller_that_sends_too_slowly_is_disconnected(impatient: RunningGateway):
    head = (
        f"POST {{}} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {impatient.issuer.token()}\r\n"
        "Content-Type: {}\r\nContent-Length: 1000\r\n\r\nx"
    )
    with ThreadPoolExecutor() as pool:
        stops = pool.submit(speak, impatient, head.format("/predict", "application/json").encode())
        drips = pool.submit(speak, impatient, head.format("/batches", "text/csv").encode(), drip=True)
        no_head = pool.submit(speak, impatient, b"GET /model HTTP/1.1\r\nHost: a\r\n", drip=True)
        assert stops.result().startswith(b"HTTP/1.1 408")
        assert drips.result().startswith(b"HTTP/1.1 408")
        assert no_head.result() == b""


def speak(gateway: RunningGateway, data: bytes, *, drip: bool = False) -> bytes:
    """Send bytes, then a byte every DRIP_SECONDS if asked to, and return the response up to the close."""
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=DRIP_SECONDS if drip else 60) as connection:
        connection.sendall(data)
        answer = b""
        while True:
            try:
                piece = connection.recv(65_536)
            except TimeoutError:
                connection.sendall(b"x")
                continue
            except ConnectionError:
                return answer
            if not piece:
                return answer
            answer += piece
            if b"\r\n\r\n" in answer and not drip:
                return answer
