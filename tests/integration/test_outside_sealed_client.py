"""The requester of docs/examples, which shares no code with this project, on a broker with two kinds of workers."""

import uuid

import pytest

from contract.bundle import Bundle
from contract.codes import Kem
from contract.settings import Settings
from tests.conftest import StartWorkers
from tests.support.sealing_vectors import outside_client
from tests.support.tiny_model import draw_features

pytestmark = pytest.mark.broker

KEY = "a seal key of the test, at least 32 bytes"


def test_a_stranger_seals_requests_and_opens_the_answers(
    config: Settings, worker: StartWorkers, tiny_bundle: Bundle
) -> None:
    sealing = Settings(**{**config.model_dump(exclude_unset=True), "seal_key": KEY})
    for kem in Kem:
        worker(sealing, tiny_bundle, seal_key=KEY, seal_kem=str(kem))
    client = outside_client()
    asked = [
        {"request_id": str(uuid.uuid4()), "client_ref": f"stranger-{number}", "features": features}
        for number, features in enumerate(draw_features(4))
    ]
    for request in asked:
        answer = client.ask(config.kafka_bootstrap_servers, config.topic_prefix, KEY.encode(), request)
        assert (answer["status"], answer["client_ref"]) == ("scored", request["client_ref"])
    recalled = {"request_id": str(uuid.uuid4()), "client_ref": "stranger-1"}
    answer = client.ask(config.kafka_bootstrap_servers, config.topic_prefix, KEY.encode(), recalled)
    assert (answer["status"], answer["cached"]) == ("scored", True)
