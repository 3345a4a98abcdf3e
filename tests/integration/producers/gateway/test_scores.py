"""One client over HTTP: what is answered, and what is said when it cannot be."""

import httpx
import pytest

from contract.bundle import Bundle
from contract.messages import decode_result

pytestmark = [
    pytest.mark.broker,
    pytest.mark.database,
    pytest.mark.parametrize("broker", ["apache"], indirect=True),
]


@pytest.fixture
def person(people, bundle: Bundle):
    ref, values = people[7]
    return ref, {name: values[name] for name in bundle.schema.model_names}


def test_a_client_is_scored_by_named_features(http: httpx.Client, person, access_log):
    ref, features = person
    answer = http.post("/predict", json={"client_ref": ref, "features": features})
    assert answer.status_code == 200
    scored = decode_result(answer.content)
    assert scored.client_ref == ref
    assert scored.probability == pytest.approx(
        scored.base_probability + sum(c.probability_points for c in scored.contributions), abs=1e-9
    )
    assert scored.reasons
    assert access_log.entries() == [("loan-desk", "service", ref, "gateway_predict", "scored")]


def test_a_plain_list_has_the_order_of_the_model(http: httpx.Client, person):
    _, features = person
    order = [feature["name"] for feature in http.get("/model").json()["features"]]
    by_name = http.post("/predict", json={"features": features, "explain": False}).json()
    by_list = http.post("/predict", json={"features": [features[name] for name in order], "explain": False}).json()
    assert by_list["probability"] == by_name["probability"]
    assert by_list["contributions"] == []


def test_a_client_of_the_database_is_scored_by_reference(http: httpx.Client, person, access_log):
    ref, features = person
    scored = http.post(f"/clients/{ref}/score").json()
    assert scored["probability"] == http.post("/predict", json={"features": features}).json()["probability"]
    assert access_log.entries()[0] == ("loan-desk", "service", ref, "gateway_score", "scored")


def test_the_example_of_the_model_runs(http: httpx.Client):
    example = http.get("/model").json()["example"]
    assert http.post("/predict", json=example).status_code == 200


def test_an_unknown_client_is_not_found_and_who_asked_is_known(http: httpx.Client, access_log):
    answer = http.post("/clients/nobody/score")
    assert (answer.status_code, answer.json()["code"]) == (404, "client_unknown")
    assert access_log.entries() == [("loan-desk", "service", "nobody", "gateway_score", "not_found")]


def test_a_rejection_names_each_field_by_the_workers_codes(http: httpx.Client, person, access_log):
    ref, features = person
    wrong = {**features, "LIMIT_BAL": -1, "AGE_OF_THE_CAPTAIN": 42}
    answer = http.post("/predict", json={"client_ref": ref, "features": wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid_features"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert {(field["name"], field["code"]) for field in problem["fields"]} == {
        ("LIMIT_BAL", "out_of_bounds"),
        ("AGE_OF_THE_CAPTAIN", "unknown_feature"),
    }
    assert access_log.entries() == [("loan-desk", "service", ref, "gateway_predict", "rejected")]


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


def test_pages_say_how_it_is(http: httpx.Client):
    assert http.get("/healthz").text == "ok\n"
    ready = http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True, "broker": "ok", "worker": "ok", "database": "ok", "model": "ok",
        "auth": "oidc",
    }  # fmt: skip
    assert 'neoscore_gateway_requests_total{route="/healthz",status="200"}' in http.get("/metrics").text
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
