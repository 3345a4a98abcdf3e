"""Requests with strange times, and requesters that do not listen."""

import threading
from datetime import UTC, datetime

import msgspec
import pytest
from kafka import KafkaProducer

from contract.ids import new_request_id
from contract.kafka import client_options
from contract.messages import Expired, Scored
from contract.topics import REQUESTS
from tests.faults.conftest import Enter
from tests.faults.crew import Crew
from tests.support.brokers import on_apache
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.steady_load import InteractiveCodec, SteadyLoad
from tests.support.tiny_model import draw_features

pytestmark = [pytest.mark.broker, pytest.mark.slow, on_apache]

FEATURES = draw_features(500, seed=34)

PRODUCER_TIMES_MS = (0, 1, 4_102_444_800_000, 1_000_000_000_000, 253_402_300_799_000)
"""1970, 2100, 2001, the year 9999; in no order. Brokers put their own time in place of them."""


def test_times_that_a_producer_makes_up_mean_nothing(crew: Crew) -> None:
    crew.muster(1)
    wire = RawKafkaClient(crew.config)
    producer = KafkaProducer(**client_options(crew.config), enable_idempotence=False, acks="all")
    asked = []
    try:
        for number, at in enumerate(PRODUCER_TIMES_MS * 20):
            request_id = new_request_id()
            client = f"time-{number}"
            value = msgspec.json.encode({"request_id": request_id, "client_ref": client, "features": FEATURES[number]})
            producer.send(crew.config.topic(REQUESTS), value, key=client.encode(), timestamp_ms=at)
            asked.append(request_id)
        producer.flush()
        assert all(isinstance(answer, Scored) for answer in wire.wait_for_results(asked))
    finally:
        producer.close()
        wire.close()


@pytest.mark.parametrize(
    ("expires_at", "kind"),
    [
        (datetime.max.replace(tzinfo=UTC, microsecond=0), Scored),
        ("9999-12-31T23:59:59-23:59", None),
        ("2999-01-01T00:00:00+14:00", Scored),
        ("1970-01-01T00:00:00Z", Expired),
        (datetime.min.replace(tzinfo=UTC), Expired),
        ("0001-01-01T00:00:00+23:59", None),
    ],
)
def test_deadlines_far_away(crew: Crew, expires_at: object, kind: type | None) -> None:
    """A deadline whose moment no clock can show is answered too, in whatever way."""
    crew.muster(1)
    wire = RawKafkaClient(crew.config)
    try:
        answer = wire.wait_for_result(wire.send_request(FEATURES[0], "far", expires_at=expires_at))
        after = wire.wait_for_result(wire.send_request(FEATURES[1], "near"))
    finally:
        wire.close()
    assert kind is None or isinstance(answer, kind)
    assert isinstance(after, Scored)


def test_a_requester_that_does_not_read_holds_up_nobody(crew: Crew, enter: Enter) -> None:
    crew.muster(1)
    listens = threading.Event()
    with (
        SteadyLoad(crew.config, InteractiveCodec(FEATURES), 300, before_read=listens.wait) as deaf,
        SteadyLoad(crew.config, InteractiveCodec(FEATURES), 100) as other,
    ):
        try:
            other.wait_for(300)
            assert deaf.tracker.answers == 0
            counts = enter(other.drain(), note="the other requester")
            assert counts.guarantee_held
            deaf.stop()
        finally:
            listens.set()  # whatever happens, or it could not be closed
        assert enter(deaf.drain(), note="the one that read late").guarantee_held
