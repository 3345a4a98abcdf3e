"""One client over HTTP and Kafka: the worker's own results, as over Kafka alone."""

import httpx
import pytest

from contract.bundle import Bundle
from contract.messages import decode_result

pytestmark = [pytest.mark.broker, pytest.mark.database]


@pytest.fixture
def person(people, bundle: Bundle):
    ref, values = people[7]
    return ref, {name: values[name] for name in bundle.schema.model_feature_names}


def test_a_client_is_scored_by_named_features(kafka_http: httpx.Client, person, access_log):
    ref, features = person
    answer = kafka_http.post("/predict", json={"client_ref": ref, "features": features})
    assert answer.status_code == 200
    scored = decode_result(answer.content)
    assert scored.client_ref == ref
    assert scored.probability == pytest.approx(
        scored.base_probability + sum(c.probability_contribution for c in scored.contributions), abs=1e-9
    )
    assert scored.reasons
    assert access_log.entries() == [("loan-desk", "service", ref, "gateway_predict", "scored")]


def test_a_plain_list_has_the_order_of_the_model(kafka_http: httpx.Client, person):
    _, features = person
    order = [feature["name"] for feature in kafka_http.get("/model").json()["features"]]
    by_name = kafka_http.post("/predict", json={"features": features, "explain": False}).json()
    by_list = kafka_http.post(
        "/predict", json={"features": [features[name] for name in order], "explain": False}
    ).json()
    assert by_list["probability"] == by_name["probability"]
    assert by_list["contributions"] == []


def test_a_client_of_the_database_is_scored_by_reference(kafka_http: httpx.Client, person, access_log):
    ref, features = person
    scored = kafka_http.post(f"/clients/{ref}/score").json()
    assert scored["probability"] == kafka_http.post("/predict", json={"features": features}).json()["probability"]
    assert access_log.entries()[0] == ("loan-desk", "service", ref, "gateway_score", "scored")


def test_a_rejection_names_each_field_by_the_workers_codes(kafka_http: httpx.Client, person, access_log):
    ref, features = person
    wrong = {**features, "LIMIT_BAL": -1, "AGE_OF_THE_CAPTAIN": 42}
    answer = kafka_http.post("/predict", json={"client_ref": ref, "features": wrong})
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


def test_a_repeated_request_id_brings_nobody_anothers_answer(kafka_http: httpx.Client, people, bundle):
    names = bundle.schema.model_feature_names
    asked = [{"client_ref": ref, "features": {name: v[name] for name in names}} for ref, v in people[:2]]
    answers = [kafka_http.post("/predict", json=body, headers={"X-Request-Id": "same"}) for body in asked]
    assert [answer.headers["x-request-id"] for answer in answers] == ["same", "same"]
    assert [answer.json()["client_ref"] for answer in answers] == [ref for ref, _ in people[:2]]
    assert answers[0].json()["request_id"] != answers[1].json()["request_id"]


def test_it_is_ready_when_every_component_is(kafka_http: httpx.Client):
    ready = kafka_http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True, "broker": "ok", "worker": "ok", "database": "ok", "model": "ok", "auth": "oidc",
    }  # fmt: skip
