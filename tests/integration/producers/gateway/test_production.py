"""A gateway in production refuses customer numbers on every route, and they are in no log and no response."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from contract.headers import CSV, JSON_LINES
from contract.pseudonyms import pseudonymize
from contract.settings import Settings
from tests.support.fake_issuer import running_issuer
from tests.support.gateway import bearer_header, start_memory_gateway
from tests.support.release import PUBLIC_KEY, signed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

KEY = "a key that only this test has"

CUSTOMER_NUMBER = "471108150190237"
"""Too long to occur by chance in an id or a time."""

PSEUDONYM = pseudonymize(CUSTOMER_NUMBER, KEY.encode())

NUMBERS = [CUSTOMER_NUMBER, "DE02120300000000202051", "person-00001", PSEUDONYM.upper()]


@pytest.fixture(scope="module")
def strict(no_broker: Settings, bundle, clients_url: str, log_folder: Path) -> Iterator[httpx.Client]:
    """A client of a gateway in production, that may do everything."""
    env = {"environment": "production", "pseudonym_key": KEY, "database_url": clients_url, "release_key": PUBLIC_KEY}
    with running_issuer() as issuer:
        log = log_folder / "gateway-production.log"
        child, url = start_memory_gateway(no_broker, signed(bundle), log, oidc_issuer=issuer.address, **env)
        try:
            with httpx.Client(base_url=url, headers=bearer_header(issuer.token()), timeout=60) as client:
                wait_until(lambda: client.get("/readyz").is_success, otherwise="the gateway is not ready")
                yield client
            assert not any(number in log.read_text() for number in NUMBERS)
        finally:
            child.stop()


@pytest.fixture
def example(strict: httpx.Client) -> dict:
    return strict.get("/model").json()["example"]


def test_a_pseudonym_passes_and_so_does_nobody(strict: httpx.Client, example: dict):
    assert strict.post("/predict", json={**example, "client_ref": PSEUDONYM}).json()["client_ref"] == PSEUDONYM
    assert strict.post("/predict", json=example).status_code == 200
    assert strict.post(f"/clients/{PSEUDONYM}/score").json()["code"] == "client_unknown"
    assert strict.delete(f"/clients/{PSEUDONYM}").json()["code"] == "client_unknown"


@pytest.mark.parametrize("number", NUMBERS, ids=["number", "iban", "name", "capitals"])
def test_what_may_be_a_customer_number_is_refused_and_kept_nowhere(
    strict: httpx.Client, example: dict, access_log, number: str
):
    for answer in (
        strict.post("/predict", json={**example, "client_ref": number}),
        strict.post(f"/clients/{number}/score"),
        strict.put(f"/clients/{number}", json={"features": example["features"]}),
        strict.delete(f"/clients/{number}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_pseudonym")
        assert number not in answer.text
    entries = access_log.entries()
    assert [(ref, outcome) for _, _, ref, _, outcome in entries] == [("", "refused")] * 4


@pytest.mark.parametrize("media_type", [JSON_LINES, CSV])
def test_in_an_upload_its_row_alone_is_refused(strict: httpx.Client, example: dict, access_log, media_type: str):
    refs = [PSEUDONYM, *NUMBERS]
    if media_type == JSON_LINES:
        text = "\n".join(json.dumps({**example, "client_ref": ref}) for ref in refs)
    else:
        features = example["features"]
        values = ",".join(map(str, features.values()))
        text = "\n".join([",".join(["client_ref", *features]), *(f"{ref},{values}" for ref in refs)])
    headers = {"Content-Type": media_type, "Accept": JSON_LINES}
    answer = strict.post("/batches", content=text, headers=headers)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["status"] for line in lines] == ["scored", *["rejected"] * len(NUMBERS)]
    assert {line["error"]["code"] for line in lines[1:]} == {"not_a_pseudonym"}
    assert not any(number in answer.text or number in str(access_log.entries()) for number in NUMBERS)
