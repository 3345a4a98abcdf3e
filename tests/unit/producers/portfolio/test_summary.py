"""A portfolio run's totals: every row of every block is counted once."""

import pyarrow as pa
import pytest

from contract.codes import Status
from producers.errors import ResponseTimeoutError
from producers.portfolio.summary import PortfolioSummary


def answers(*rows: tuple[str, str | None, float | None]) -> pa.RecordBatch:
    statuses, bands, probabilities = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(statuses), pa.array(bands, pa.string()), pa.array(probabilities, pa.float64())],
        names=["status", "band", "probability"],
    )


@pytest.fixture
def summary() -> PortfolioSummary:
    return PortfolioSummary("batch", requested=4)


def test_rows_are_counted_by_status(summary):
    summary.add_block(3, answers(("scored", "low", 0.1), ("scored", "low", 0.2), ("rejected", None, None)))
    summary.add_block(1, answers(("scored", "high", 0.9)))
    assert summary.statuses == {Status.SCORED: 3, Status.REJECTED: 1}
    assert summary.scored == 3
    assert summary.complete


def test_one_row_answers_for_a_block_that_could_not_be_read(summary):
    summary.add_block(4, answers(("rejected", None, None)))
    assert summary.statuses == {Status.REJECTED: 4}
    assert summary.complete


def test_a_lost_block_makes_the_run_incomplete(summary):
    summary.add_block(2, answers(("scored", "low", 0.1), ("scored", "low", 0.2)))
    why = ResponseTimeoutError("no answer")
    summary.add_lost_block(2, why)
    assert (summary.lost, summary.lost_blocks, summary.last_error) == (2, 1, why)
    assert not summary.complete


def test_rows_missing_from_an_answer_are_lost(summary):
    summary.add_block(4, answers(("scored", "low", 0.1), ("scored", "low", 0.2)))
    assert summary.lost == 2
    assert not summary.complete
