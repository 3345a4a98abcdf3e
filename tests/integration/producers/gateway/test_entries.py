"""What an entry of the access log says beyond who did what: from where, in which request, and which model judged."""

import httpx
import pytest

from contract.bundle import Bundle
from contract.headers import JSON_LINES
from db.access_log_reader import AccessLogEntry, EntryFilter, newest_entries
from tests.integration.producers.gateway.conftest import AccessLogTail

pytestmark = pytest.mark.database


def _since(log: AccessLogTail) -> list[AccessLogEntry]:
    found = newest_entries(log.engine, EntryFilter(), 1_000)
    return sorted((entry for entry in found if entry.id > log.since), key=lambda entry: entry.id)


def test_each_look_at_a_score_names_the_model_that_made_it(
    http: httpx.Client, bundle: Bundle, people, access_log: AccessLogTail
):
    ref, features = people[0]
    assert http.post("/predict", json={"client_ref": ref, "features": features}).status_code == 200
    assert http.post(f"/clients/{ref}/score").status_code == 200
    assert http.post("/batches", json={"features": features}, headers={"Content-Type": JSON_LINES}).is_success
    assert http.post("/predict", json={"features": features | {"AGE_OF_THE_CAPTAIN": 1}}).status_code == 422
    model = bundle.ref.version, bundle.ref.digest
    assert [(one.purpose, one.outcome, (one.model_version, one.model_digest)) for one in _since(access_log)] == [
        ("gateway_predict", "scored", model),
        ("gateway_score", "scored", model),
        ("gateway_batch", "started", ("", "")),
        ("gateway_batch", "scored", model),
        ("gateway_batch", "finished", ("", "")),
        ("gateway_predict", "rejected", ("", "")),
    ]


def test_an_entry_says_which_request_it_is_about_and_from_where_without_the_address(
    http: httpx.Client, gateway, people, access_log: AccessLogTail
):
    ref, _ = people[0]
    answer = http.post(f"/clients/{ref}/score")
    with gateway.client("") as nobody:
        refused = nobody.get("/model")
    scored, unauthenticated = _since(access_log)
    assert scored.request_id == answer.headers["x-request-id"]
    assert unauthenticated.request_id == refused.headers["x-request-id"]
    assert unauthenticated.outcome == "unauthenticated"
    assert len(scored.address) == 32
    assert scored.address == unauthenticated.address
    assert scored.login
