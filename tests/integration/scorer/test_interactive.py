import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.headers import get_header
from contract.messages import RESULT_TYPE, DeadLetter, Expired, Rejected, Scored
from contract.topics import DEAD_LETTERS, REQUESTS, RESPONSES, base_name
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.tiny_model import draw_features, draw_rows, train_booster

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("answering")]

FEATURES = draw_features(200, seed=21)
TRACE = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")


def test_answers_equal_xgboost_and_add_up(wire: RawKafkaClient) -> None:
    answers = wire.wait_for_results([wire.send_request(f, f"x{i}") for i, f in enumerate(FEATURES)])
    expected = train_booster().predict(xgboost.DMatrix(draw_rows(200, seed=21), nthread=1))
    for answer, probability in zip(answers, expected, strict=True):
        assert isinstance(answer, Scored)
        assert answer.probability == pytest.approx(probability, abs=1e-6)
        log_odds = answer.base_log_odds + sum(part.log_odds for part in answer.contributions)
        assert log_odds == pytest.approx(np.log(answer.probability / (1 - answer.probability)), abs=1e-4)
        points = answer.base_probability + sum(part.probability_contribution for part in answer.contributions)
        assert points == pytest.approx(answer.probability, abs=1e-9)


def test_an_answer_is_an_event_of_its_client(wire: RawKafkaClient) -> None:
    request_id = wire.send_request(FEATURES[0], "client-é", [TRACE])
    wire.wait_for_result(request_id)
    [record] = [r for r in wire.records[RESPONSES] if request_id.encode() in r.value]
    assert record.key == "client-é".encode()
    assert TRACE in record.headers
    assert get_header(record.headers, "ce_type") == RESULT_TYPE
    assert get_header(record.headers, "ce_source") == "neoscore/scorer"
    assert get_header(record.headers, "content-type") == "application/json"


def test_a_recall_finds_a_living_result_only(wire: RawKafkaClient) -> None:
    missed = wire.wait_for_result(wire.send_request(client_ref="recalled"))
    assert isinstance(missed, Rejected)
    assert missed.error.code is ErrorCode.NOT_CACHED
    scored = wire.wait_for_result(wire.send_request(FEATURES[1], "recalled"))
    recalled = wire.wait_for_result(wire.send_request(client_ref="recalled"))
    again = wire.wait_for_result(wire.send_request(FEATURES[1], "recalled", explain=False))
    assert (scored.cached, recalled.cached, again.cached) == (False, True, True)
    assert recalled.contributions == scored.contributions
    assert recalled.probability == again.probability == scored.probability


def test_too_late_is_expired(wire: RawKafkaClient) -> None:
    expired = wire.wait_for_result(wire.send_request(FEATURES[0], expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert isinstance(expired, Expired)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"features": FEATURES[0] | {"late": 99}}, ErrorCode.INVALID_FEATURES),
        ({"features": []}, ErrorCode.INVALID_MESSAGE),
        ({"features": FEATURES[0], "explain": "no"}, ErrorCode.INVALID_MESSAGE),
        ({"features": {"income": "9" * 70_000}}, ErrorCode.MESSAGE_TOO_LARGE),
        ({"features": FEATURES[0], "headers": [("ce_type", b"neoscore.v0")]}, ErrorCode.UNSUPPORTED_VERSION),
    ],
)
def test_each_fault_has_its_code(wire: RawKafkaClient, fields: dict[str, Any], code: ErrorCode) -> None:
    rejected = wire.wait_for_result(wire.send_request(**fields))
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is code


@pytest.mark.parametrize("value", [None, b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 60_000])
@pytest.mark.parametrize("key", [b"somebody", None, b"\xff"])
def test_a_broken_record_is_answered_by_its_place_or_becomes_a_dead_letter(
    wire: RawKafkaClient, value: bytes | None, key: bytes | None
) -> None:
    if value is None and key is None:
        pytest.skip("Kafka clients refuse a record without key and value")
    place = wire.send(REQUESTS, value, key, [("ce_id", b"?"), ("traceparent", b"\x00")]).get(10)

    def found() -> bool:
        origins = [(a.position.partition, a.position.offset) for a in wire.results[None] if a.position]  # type: ignore[union-attr]
        return (place.partition, place.offset) in origins or (place.partition, place.offset) in _dead(wire)

    wire.read(found)
    assert ((place.partition, place.offset) in _dead(wire)) == (key != b"somebody")


def _dead(wire: RawKafkaClient) -> list[tuple[int, int]]:
    letters = [json.loads(record.value) for record in wire.records[DEAD_LETTERS]]
    assert all(letter.keys() == set(DeadLetter.__struct_fields__) for letter in letters)
    return [(letter["partition"], letter["offset"]) for letter in letters if base_name(letter["topic"]) == REQUESTS]


def test_nothing_of_a_client_is_logged(wire: RawKafkaClient, answering: Path, tiny_bundle: Bundle) -> None:
    wire.wait_for_result(wire.send_request(FEATURES[0] | {"home": "S3CRET-LEVEL"}, "S3CRET-CLIENT"))
    wire.wait_for_result(wire.send_request(FEATURES[0], "S3CRET-CLIENT"))
    log = answering.read_text()
    assert tiny_bundle.ref.version in log
    assert "S3CRET" not in log
    assert logging.getLevelName(logging.CRITICAL) not in log
