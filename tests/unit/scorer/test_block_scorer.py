from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contract.blocks import ResultInfo, decode_result_block
from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.messages import DeadLetter, Scored
from contract.topics import BATCH_REQUESTS
from scorer.block_scorer import CHUNK_ROWS, BlockResponse, BlockScorer, EncodedResultBlock
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import Record
from tests.support.records import block_batch, block_record, raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW

FEATURES = draw_features(300, seed=4)
LATER = NOW + timedelta(minutes=1)


def run(scorer: BlockScorer, record: Record) -> tuple[int, BlockResponse]:
    steps, work = 0, scorer.score_block(record, NOW)
    while True:
        try:
            next(work)
            steps += 1
        except StopIteration as end:
            return steps, end.value


def results(scorer: BlockScorer, record: Record) -> tuple[ResultInfo, list[dict[str, Any]]]:
    _, answer = run(scorer, record)
    assert isinstance(answer, EncodedResultBlock)
    info, batch = decode_result_block(answer.value)
    rows = batch.to_pylist()
    ended = Counter((row["status"], row["error_code"]) for row in rows)
    assert ended == {(outcome.status, outcome.code): count for outcome, count in answer.outcomes.items()}
    return info, rows


def send(scorer: BlockScorer, batch: pa.RecordBatch, **options: Any) -> tuple[ResultInfo, list[dict[str, Any]]]:
    return results(scorer, block_record(batch, at=NOW, **({"expires_at": LATER} | options)))


def test_a_block_has_the_bits_of_single_requests(block_scorer: BlockScorer, scorer: InteractiveScorer) -> None:
    info, rows = send(block_scorer, block_batch(FEATURES))
    singles = scorer.score_records([request_record(f, at=NOW) for f in FEATURES], NOW)
    for row, single in zip(rows, singles, strict=True):
        assert isinstance(single, Scored)
        assert (row["status"], row["probability"], row["band"]) == ("scored", single.probability, single.band)
        assert row["reasons"] == list(single.reasons)
        parts = {p.feature: (p.log_odds, p.probability_contribution) for p in single.contributions}
        pairs = zip(row["log_odds"], row["probability_contribution"], strict=True)
        assert dict(zip(info.features, pairs, strict=True)) == parts
    assert (info.base_probability, info.base_log_odds) == (single.base_probability, single.base_log_odds)
    assert (info.batch_id, info.block_id, info.model) == ("batch-1", "block-1", single.model)


def test_others_may_go_first_after_every_chunk(block_scorer: BlockScorer) -> None:
    steps, _ = run(block_scorer, block_record(block_batch(FEATURES), expires_at=LATER, at=NOW))
    assert steps == 1 + -(-len(FEATURES) // CHUNK_ROWS)


def test_without_explanation_the_same_probability(block_scorer: BlockScorer) -> None:
    batch = block_batch(FEATURES)
    info, brief = send(block_scorer, batch, explain=False)
    _, full = send(block_scorer, batch)
    assert [row["probability"] for row in brief] == [row["probability"] for row in full]
    assert info.features == ()
    assert {(row["log_odds"], row["probability_contribution"], row["reasons"]) for row in brief} == {(None, None, None)}


def test_bad_rows_are_rejected_and_the_others_scored(block_scorer: BlockScorer) -> None:
    bad = [FEATURES[0], FEATURES[1] | {"late": 99}, FEATURES[2] | {"income": None, "home": "castle"}]
    batch = block_batch(bad)
    batch = batch.set_column(1, "client_ref", pa.array(["c0", "c1", "c\n2"]))
    _, rows = send(block_scorer, batch)
    assert [row["status"] for row in rows] == ["scored", "rejected", "rejected"]
    assert rows[0]["error_code"] is None
    assert {row["error_code"] for row in rows[1:]} == {ErrorCode.INVALID_FEATURES}
    codes = [{(f["name"], f["code"]) for f in row["error_fields"]} for row in rows[1:]]
    assert codes == [
        {("late", "out_of_bounds")},
        {("income", "missing_feature"), ("home", "unknown_level"), ("client_ref", "invalid_message")},
    ]
    assert [row["probability"] for row in rows[1:]] == [None, None]


def test_an_unknown_column_is_a_fault_of_every_row(block_scorer: BlockScorer) -> None:
    _, rows = send(block_scorer, block_batch([f | {"height": 1.8} for f in FEATURES[:2]]))
    assert [[f["code"] for f in row["error_fields"]] for row in rows] == [["unknown_feature"]] * 2


def test_too_late_every_row_is_expired(block_scorer: BlockScorer) -> None:
    _, rows = send(block_scorer, block_batch(FEATURES[:3]), expires_at=NOW - timedelta(seconds=1))
    assert {(row["status"], row["error_code"]) for row in rows} == {("expired", "deadline_exceeded")}


def _without_request_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.drop_columns(["request_id"])


@pytest.mark.parametrize(
    ("spoil", "code", "answered"),
    [
        (lambda batch: batch.slice(0, 0), ErrorCode.EMPTY_BLOCK, 1),
        (lambda _: block_batch(FEATURES * 4), ErrorCode.BLOCK_TOO_LARGE, 1),
        (_without_request_ids, ErrorCode.INVALID_BLOCK, 1),
        (lambda b: b.rename_columns(["request_id", "client_ref", *["x"] * (b.num_columns - 2)]), "invalid_block", 2),
    ],
)
def test_a_spoilt_block_is_rejected_under_its_id(
    block_scorer: BlockScorer, spoil: Callable[[pa.RecordBatch], pa.RecordBatch], code: str, answered: int
) -> None:
    info, rows = send(block_scorer, spoil(block_batch(FEATURES[:2])))
    assert (info.batch_id, info.block_id) == ("batch-1", "block-1")
    assert [(row["status"], row["error_code"]) for row in rows] == [("rejected", code)] * answered


def test_bytes_that_are_no_block_are_matched_by_the_event_id(block_scorer: BlockScorer) -> None:
    record = raw_record(b"nothing", at=NOW, topic=BATCH_REQUESTS, headers=[("ce_id", b"block-9")])
    info, [row] = results(block_scorer, record)
    assert (info.block_id, row["request_id"], row["error_code"]) == ("block-9", None, ErrorCode.MALFORMED_MESSAGE)


def test_bytes_without_any_id_become_a_dead_letter(block_scorer: BlockScorer) -> None:
    _, letter = run(block_scorer, raw_record(b"nothing", at=NOW, topic=BATCH_REQUESTS))
    assert isinstance(letter, DeadLetter)
    assert (letter.cause, letter.topic) == (ErrorCode.MALFORMED_MESSAGE, BATCH_REQUESTS)


def test_another_version_is_rejected(block_scorer: BlockScorer) -> None:
    record = block_record(block_batch(FEATURES[:1]), expires_at=LATER, at=NOW)
    record = raw_record(record.value, at=NOW, headers=[("ce_type", b"neoscore.score.block.v9")])
    _, [row] = results(block_scorer, record)
    assert row["error_code"] == ErrorCode.UNSUPPORTED_VERSION


def test_only_the_row_that_the_model_fails_on_fails(tiny_bundle: Bundle, engine: Engine) -> None:
    class Allergic:
        def explain(self, rows: np.ndarray) -> np.ndarray:
            if (rows[:, 0] == 13).any():
                raise RuntimeError
            return engine.explainer.explain(rows)

    batch = block_batch([FEATURES[0] | {"income": float(i)} for i in (12, 13, 14)])
    _, rows = send(BlockScorer(tiny_bundle, Engine(tiny_bundle, Allergic())), batch)
    assert [(row["status"], row["error_code"]) for row in rows] == [
        ("scored", None),
        ("failed", "model_failed"),
        ("scored", None),
    ]
