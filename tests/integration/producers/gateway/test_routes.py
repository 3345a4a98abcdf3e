"""Requests and responses of each route but for what a worker decides."""

import httpx
import pytest

pytestmark = pytest.mark.database


def test_the_example_of_the_model_runs(http: httpx.Client):
    example = http.get("/model").json()["example"]
    assert http.post("/predict", json=example).status_code == 200


def test_an_unknown_client_is_not_found_and_who_asked_is_known(http: httpx.Client, access_log):
    answer = http.post("/clients/nobody/score")
    assert (answer.status_code, answer.json()["code"]) == (404, "client_unknown")
    assert access_log.entries() == [("loan-desk", "service", "nobody", "gateway_score", "not_found")]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_message"),
        (b"\xff\xfe", "application/json", 400, "malformed_message"),
        (b'{"features": 7}', "application/json", 422, "invalid_message"),
        (b'{"features": [1, 2]}', "application/json", 422, "invalid_message"),
        (b'{"features": {}, "more": 1}', "application/json", 422, "invalid_message"),
        (b'{"features": {}, "client_ref": "a\\nb"}', "application/json", 422, "invalid_message"),
        (b'{"features": {"a": "' + b"x" * 70_000 + b'"}}', "application/json", 413, "message_too_large"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
    ids=["half", "no-utf8", "no-features", "short-list", "more", "line-break", "large", "form"],
)
def test_a_request_that_cannot_be_asked_is_refused(http, body, content_type, status, code):
    answer = http.post("/predict", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_liveness_metrics_and_the_state_of_the_access_log(http: httpx.Client):
    assert http.get("/healthz").text == "ok\n"
    assert http.get("/readyz").json()["auth"] == "oidc"
    metrics = http.get("/metrics").text
    assert 'neoscore_gateway_requests_total{route="/healthz",status="200"}' in metrics
    assert "neoscore_access_unusual_people 0.0" in metrics
    assert 'neoscore_requester_requests_total{lane="interactive",outcome="not_sent"} 0.0' in metrics
    audit = http.get("/audit").json()
    assert audit["intact"]
    assert audit["entries"] > 0


def test_every_answer_has_the_headers_that_keep_it_private(http: httpx.Client):
    for answer in (http.get("/healthz"), http.get("/model"), http.get("/nowhere"), http.put("/predict")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers


def test_a_trace_goes_on_and_a_request_id_is_echoed(http: httpx.Client):
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = http.get("/healthz", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01", "X-Request-Id": "desk-7"})
    assert answer.headers["x-request-id"] == "desk-7"
    version, same, span, flags = answer.headers["traceparent"].split("-")
    assert (version, same, flags) == ("00", trace, "01")
    assert span != "b7ad6b7169203331"
