"""Whatever arrives gets exactly one terminal answer or one dead letter; nothing raises."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.blocks import decode_result_block
from contract.ids import new_request_id
from contract.messages import DeadLetter, Failed, decode_result
from contract.result_fields import ROW_SCHEMA
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, DEAD_LETTERS, RESPONSES
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import OutgoingRecord
from scorer.request_handler import ScoreRequestHandler
from tests.support.records import block_batch, block_record, raw_record
from tests.support.tiny_model import SCHEMA, draw_features
from tests.unit.scorer.conftest import NOW

poison = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400)
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
names = st.sampled_from([f.name for f in SCHEMA]) | st.text()
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "request_id": st.just(new_request_id()) | anything,
        "client_ref": st.just("c1") | anything,
        "features": st.dictionaries(names, anything) | anything,
        "explain": st.booleans() | anything,
        "expires_at": st.datetimes().map(lambda d: d.isoformat() + "Z") | anything,
        "extra": anything,
    },
)
keys = st.none() | st.binary(max_size=200) | st.just(b"c1")
headers = st.lists(
    st.tuples(st.sampled_from(["ce_id", "ce_type", "traceparent"]) | st.text(), st.none() | st.binary(max_size=600)),
    max_size=4,
)


def _responder(scorer: InteractiveScorer, block_scorer: BlockScorer) -> ScoreRequestHandler:
    return ScoreRequestHandler(scorer, block_scorer, clock=lambda: NOW)


def _check_interactive(outgoing: list[OutgoingRecord]) -> None:
    [only] = outgoing
    if only.topic == DEAD_LETTERS:
        msgspec.json.decode(only.value, type=DeadLetter)
    else:
        assert only.topic == RESPONSES
        answer = decode_result(only.value)
        assert not isinstance(answer, Failed)  # every fault is foreseen
        assert only.key == (None if answer.client_ref is None else answer.client_ref.encode())


@poison
@given(st.binary(max_size=300), keys, headers)
def test_any_bytes(scorer: InteractiveScorer, block_scorer: BlockScorer, value: bytes, key: Any, heads: Any) -> None:
    record = raw_record(value, key=key, headers=heads, at=NOW)
    _check_interactive(_responder(scorer, block_scorer).handle_requests([record]))


@poison
@given(envelopes | anything, keys, headers)
def test_any_json(scorer: InteractiveScorer, block_scorer: BlockScorer, message: Any, key: Any, heads: Any) -> None:
    record = raw_record(json.dumps(message).encode(), key=key, headers=heads, at=NOW)
    _check_interactive(_responder(scorer, block_scorer).handle_requests([record]))


def test_deep_and_huge_json(scorer: InteractiveScorer, block_scorer: BlockScorer) -> None:
    for value in (
        b"[" * 60_000,
        b'{"features":' * 5_000,
        b'{"features":{"income":' + b"9" * 60_000 + b"}}",
        b'"\\ud800"',
    ):
        _check_interactive(_responder(scorer, block_scorer).handle_requests([raw_record(value, at=NOW)]))


def test_a_batch_of_poison_answers_each_record_in_order(scorer: InteractiveScorer) -> None:
    values = [b"{", b"", b"null", b"[]", b"{}", json.dumps({"client_ref": "\ud800"}).encode()]
    answers = scorer.score_records([raw_record(v, at=NOW, offset=i) for i, v in enumerate(values)], NOW)
    assert [a.position.offset for a in answers if not isinstance(a, DeadLetter)] == list(range(len(values)))  # type: ignore[union-attr]


def _check_block(handler: ScoreRequestHandler, value: bytes, key: Any = b"k", heads: Any = ()) -> OutgoingRecord:
    steps = handler.handle_block(raw_record(value, key=key, headers=heads, at=NOW, topic=BATCH_REQUESTS))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outgoing: OutgoingRecord = end.value
            break
    if outgoing.topic == DEAD_LETTERS:
        msgspec.json.decode(outgoing.value, type=DeadLetter)
    else:
        assert outgoing.topic == BATCH_RESPONSES
        _, batch = decode_result_block(outgoing.value)
        assert batch.schema.names == ROW_SCHEMA.names
        assert batch.num_rows >= 1
        assert set(batch.column("status").to_pylist()) <= {"scored", "rejected", "expired"}
    return outgoing


columns = st.one_of(
    st.lists(st.none() | st.integers(-(2**40), 2**40), min_size=3, max_size=3).map(lambda v: pa.array(v, pa.int64())),
    st.lists(st.none() | st.floats(), min_size=3, max_size=3).map(lambda v: pa.array(v, pa.float64())),
    st.lists(st.none() | st.text(), min_size=3, max_size=3).map(lambda v: pa.array(v, pa.string())),
    st.lists(st.none() | st.booleans(), min_size=3, max_size=3).map(lambda v: pa.array(v, pa.bool_())),
    st.lists(st.none() | st.binary(), min_size=3, max_size=3).map(lambda v: pa.array(v, pa.binary())),
    st.sampled_from(
        [
            pa.nulls(3), pa.array(["owner", "tenant", None]).dictionary_encode(),
            pa.array([[1], None, []], pa.list_(pa.int64())), pa.array([{"a": 1}] * 3),
            pa.array([1, 2, None], pa.decimal128(20, 2)), pa.array([1, 2, 3], pa.timestamp("s")),
            pa.array([1, 2, 3], pa.uint64()), pa.array(["x", None, "y"], pa.large_string()),
            pa.array([1.5, 2, 3], pa.float16()),
        ]
    ),
)  # fmt: skip


@poison
@given(st.dictionaries(names | st.sampled_from(["request_id", "client_ref"]), columns, max_size=9), st.booleans())
def test_any_columns(
    scorer: InteractiveScorer, block_scorer: BlockScorer, made: dict[str, pa.Array], identified: bool
) -> None:
    if identified:
        made = {**made, "request_id": pa.array([new_request_id()] * 3), "client_ref": pa.array(["a", "b", "c"])}
    schema = pa.schema(
        [(name, column.type) for name, column in made.items()],
        {"batch_id": "b", "block_id": "k", "expires_at": "2026-03-01T12:01:00Z", "explain": "true"},
    )
    batch = pa.RecordBatch.from_arrays(list(made.values()), schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(batch)
    outgoing = _check_block(_responder(scorer, block_scorer), bytes(sink.getvalue()))
    assert outgoing.topic == BATCH_RESPONSES


@poison
@given(st.binary(max_size=300), keys, headers)
def test_any_bytes_as_a_block(
    scorer: InteractiveScorer, block_scorer: BlockScorer, value: bytes, key: Any, heads: Any
) -> None:
    _check_block(_responder(scorer, block_scorer), value, key, heads)


@poison
@given(st.data())
def test_a_damaged_block(scorer: InteractiveScorer, block_scorer: BlockScorer, data: st.DataObject) -> None:
    whole = block_record(block_batch(draw_features(4)), expires_at=NOW + timedelta(minutes=1), at=NOW).value
    value = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    _check_block(_responder(scorer, block_scorer), bytes(value), b"k", [("ce_id", b"block-1")])
