"""The metrics of a requester: every request is counted once, by how it ended, and without client data."""

from concurrent.futures import Future

import pyarrow as pa
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError
from producers import block_client
from producers.errors import (
    ClientClosedError,
    RequestExpiredError,
    RequestRejectedError,
    ResponseTimeoutError,
    ScoringFailedError,
)
from producers.metrics import OUTCOMES, Lane, RequesterMetrics


def one_scored(_: str, requests: int) -> dict[str, int]:
    return {"scored": requests}


def track(metrics: RequesterMetrics, requests: int = 1, lane: Lane = Lane.INTERACTIVE) -> "Future[str]":
    future: Future[str] = Future()
    metrics.track(future, lane, requests, one_scored)
    return future


@pytest.mark.parametrize(
    ("error", "outcome", "responded"),
    [
        (None, "scored", True),
        (RequestRejectedError(ErrorCode.INVALID_FEATURES, "x"), "rejected", True),
        (RequestExpiredError(ErrorCode.INTERNAL_ERROR, "x"), "expired", True),
        (ScoringFailedError(ErrorCode.MODEL_FAILED, "x"), "failed", True),
        (ResponseTimeoutError("x"), "timed_out", False),
        (BrokerUnavailableError("x"), "not_sent", False),
        (ClientClosedError("x"), "cancelled", False),
    ],
)
def test_each_request_is_counted_once_by_its_outcome(error, outcome: str, responded: bool) -> None:
    registry = CollectorRegistry()
    metrics = RequesterMetrics(registry)
    future = track(metrics)
    assert metrics.in_flight(Lane.INTERACTIVE) == 1
    assert not metrics.outcomes(Lane.INTERACTIVE)
    if error is None:
        future.set_result("score")
    else:
        future.set_exception(error)
    assert metrics.in_flight(Lane.INTERACTIVE) == 0
    assert metrics.outcomes(Lane.INTERACTIVE) == {outcome: 1}
    assert not metrics.outcomes(Lane.BATCH)
    count = registry.get_sample_value("neoscore_requester_response_seconds_count", {"lane": "interactive"})
    assert count == responded


def test_a_cancelled_future_is_no_longer_in_flight() -> None:
    metrics = RequesterMetrics()
    track(metrics, 5, Lane.BATCH).cancel()
    assert (metrics.in_flight(Lane.BATCH), metrics.outcomes(Lane.BATCH)) == (0, {"cancelled": 5})


def test_what_was_never_published_is_counted_too() -> None:
    metrics = RequesterMetrics()
    metrics.not_sent(Lane.BATCH, 1024)
    metrics.rejected(Lane.INTERACTIVE)
    assert metrics.outcomes(Lane.BATCH) == {"not_sent": 1024}
    assert metrics.outcomes(Lane.INTERACTIVE) == {"rejected": 1}


def test_the_rows_of_a_block_are_counted_by_their_statuses() -> None:
    outcomes = block_client._SPEC.outcomes
    rows = pa.RecordBatch.from_pydict({"status": ["scored", "rejected", "scored"]})
    assert outcomes((None, rows), 3) == {"scored": 2, "rejected": 1}
    whole = pa.RecordBatch.from_pydict({"status": ["rejected"]})
    assert outcomes((None, whole), 1024) == {"rejected": 1024}, "one row stands for a block that could not be read"


def test_every_series_is_there_from_the_start_and_names_no_client() -> None:
    registry = CollectorRegistry()
    RequesterMetrics(registry)
    text = generate_latest(registry).decode()
    for lane in Lane:
        for outcome in OUTCOMES:
            assert f'neoscore_requester_requests_total{{lane="{lane}",outcome="{outcome}"}} 0.0' in text
    assert {name for family in registry.collect() for sample in family.samples for name in sample.labels} <= {
        "lane", "outcome", "le"
    }  # fmt: skip
