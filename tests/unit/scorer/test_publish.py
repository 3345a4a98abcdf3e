"""What happens when the broker refuses; that it acknowledges is proved on real brokers."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError

import scorer.lanes
from scorer.lanes import publish_until_acked
from scorer.record import OutgoingRecord


class Refusing:
    """Refuses as a broker may, then takes everything."""

    def __init__(self, *refusals: Exception, at_once: bool = False) -> None:
        self.refusals = list(refusals)
        self.at_once = at_once
        self.taken: list[bytes] = []

    async def send(self, topic: str, key: Any, value: bytes, partition: None, timestamp: None, headers: Any) -> Any:
        future = asyncio.get_running_loop().create_future()
        if not self.refusals:
            self.taken.append(value)
            future.set_result(None)
        elif self.at_once:
            raise ProducerSendError("refused") from self.refusals.pop(0)
        else:
            future.set_exception(self.refusals.pop(0))
        return future


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer.lanes, "INITIAL_BACKOFF_SECONDS", 0.0)


def answer(value: bytes) -> OutgoingRecord:
    return OutgoingRecord("t", None, value, [], {}, lambda: OutgoingRecord("t", None, b"small", [], {}))


@pytest.mark.parametrize("at_once", [True, False])
async def test_each_answer_is_sent_until_it_is_acknowledged(at_once: bool) -> None:
    broker = Refusing(KafkaTimeoutError(), KafkaTimeoutError(), KafkaTimeoutError(), at_once=at_once)
    await publish_until_acked(broker, [answer(b"1"), answer(b"2")], str)
    assert sorted(broker.taken) == [b"1", b"2"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_answer_too_large_is_replaced(at_once: bool) -> None:
    broker = Refusing(MessageSizeTooLargeError(), at_once=at_once)
    await publish_until_acked(broker, [answer(b"large"), answer(b"2")], str)
    assert sorted(broker.taken) == [b"2", b"small"]


async def test_a_network_error_is_tried_again() -> None:
    broker = Refusing(OSError("away"), at_once=True)
    await publish_until_acked(broker, [answer(b"1")], str)
    assert broker.taken == [b"1"]
