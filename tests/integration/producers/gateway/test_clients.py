"""Storing and deleting clients over HTTP."""

import httpx
import pytest
from sqlalchemy import Engine

from contract.bundle import Bundle
from contract.pseudonyms import random_pseudonym
from db.client_rows import AttributeWriter
from db.clients import find_client

pytestmark = pytest.mark.database


@pytest.fixture
def features(people, bundle: Bundle) -> dict:
    """The values of a client as the database stores them."""
    return AttributeWriter(bundle.schema).write(people[0][1])


def test_a_client_is_created_changed_scored_and_deleted(http: httpx.Client, features, engine: Engine, access_log):
    ref = random_pseudonym()
    created = http.put(f"/clients/{ref}", json={"features": features})
    assert (created.status_code, created.json()) == (201, {"client_ref": ref, "created": True})
    changed = http.put(f"/clients/{ref}", json={"features": {**features, "LIMIT_BAL": 12_345}})
    assert (changed.status_code, changed.json()["created"]) == (200, False)
    client = find_client(engine, ref)
    assert client is not None
    assert dict(client.attributes) == {**features, "LIMIT_BAL": 12_345}
    assert http.post(f"/clients/{ref}/score").status_code == 200
    assert http.delete(f"/clients/{ref}").status_code == 204
    assert http.delete(f"/clients/{ref}").json()["code"] == "client_unknown"
    assert find_client(engine, ref) is None
    assert access_log.entries() == [
        ("loan-desk", "service", ref, "gateway_client_put", "created"),
        ("loan-desk", "service", ref, "gateway_client_put", "updated"),
        ("loan-desk", "service", ref, "gateway_score", "scored"),
        ("loan-desk", "service", ref, "gateway_client_delete", "deleted"),
        ("loan-desk", "service", ref, "gateway_client_delete", "not_found"),
    ]


def test_what_the_model_does_not_read_may_be_absent_but_not_wrong(http: httpx.Client, features, bundle: Bundle):
    ref = random_pseudonym()
    read = {name: features[name] for name in bundle.schema.model_feature_names}
    assert http.put(f"/clients/{ref}", json={"features": read}).status_code == 201
    wrong = http.put(f"/clients/{ref}", json={"features": {**read, "SEX": "hunter2"}})
    assert (wrong.status_code, wrong.json()["fields"][0]["name"]) == (422, "SEX")
    assert "hunter2" not in wrong.text
    assert http.delete(f"/clients/{ref}").status_code == 204


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"LIMIT_BAL": -1}, {"LIMIT_BAL"}),
        ({"LIMIT_BAL": None}, {"LIMIT_BAL"}),
        ({"AGE_OF_THE_CAPTAIN": 42, "BILL_AMT1": "much"}, {"AGE_OF_THE_CAPTAIN", "BILL_AMT1"}),
    ],
    ids=["out-of-bounds", "missing", "unknown-and-text"],
)
def test_an_invalid_client_is_refused_and_nothing_is_stored(http, features, engine, access_log, change, names):
    ref = random_pseudonym()
    answer = http.put(f"/clients/{ref}", json={"features": {**features, **change}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_features")
    assert {field["name"] for field in answer.json()["fields"]} == names
    assert find_client(engine, ref) is None
    assert access_log.entries() == [("loan-desk", "service", "", "gateway_client_put", "refused")]


@pytest.mark.parametrize("ref", ["%20", "%00", "a%0Ab", "%C3%A9", "x" * 129])
def test_what_is_no_reference_is_refused(http: httpx.Client, features, ref: str):
    answers = [http.put(f"/clients/{ref}", json={"features": features}), http.delete(f"/clients/{ref}")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "invalid_message")] * 2


def test_another_method_is_answered_with_those_there_are(http: httpx.Client):
    answer = http.patch("/clients/someone")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, PUT")


def test_only_the_scope_for_clients_changes_clients(gateway, features, engine: Engine, access_log):
    ref = random_pseudonym()
    with gateway.client(gateway.issuer.token("score:write batch:write ops:read audit:read")) as http:
        answers = [http.put(f"/clients/{ref}", json={"features": features}), http.delete(f"/clients/{ref}")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert "clients:write" in answers[0].json()["detail"]
    assert find_client(engine, ref) is None
    assert [entry[3:] for entry in access_log.entries()] == [
        ("gateway_client_put", "refused"),
        ("gateway_client_delete", "refused"),
    ]
