"""Prometheus metrics of a requester: requests by outcome, requests in flight, and response times. No client data.

Each process creates one `RequesterMetrics` and passes it to its clients. A server registers it with its own registry, a
command reads it back.
"""

import time
from collections import Counter as Counts
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from contract.codes import Status
from contract.errors import BrokerUnavailableError
from producers.errors import ResponseTimeoutError, ScoreError, TooManyInFlightError

T = TypeVar("T")

CountOutcomes: TypeAlias = Callable[[T, int], Mapping[str, int]]
"""Takes a result and how many requests it answers; returns these by outcome."""

RESPONSE_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds in seconds, up to the default time to live of a request."""


class Lane(StrEnum):
    """Which pair of topics a request uses."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


TIMED_OUT, NOT_SENT, CANCELLED = "timed_out", "not_sent", "cancelled"
"""Outcomes without a response, beside those of `Status`."""

OUTCOMES = (*map(str, Status), TIMED_OUT, NOT_SENT, CANCELLED)


class RequesterMetrics:
    """Counts the requests of every client that it is passed to. Thread-safe."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        requests = Counter(
            "neoscore_requester_requests",
            "Score requests and rows of blocks by outcome.",
            ["lane", "outcome"],
            registry=registry,
        )
        in_flight = Gauge(
            "neoscore_requester_in_flight",
            "Score requests and rows of blocks that wait for a response.",
            ["lane"],
            registry=registry,
        )
        seconds = Histogram(
            "neoscore_requester_response_seconds",
            "Time from publishing a request or block to its response.",
            ["lane"],
            buckets=RESPONSE_BUCKETS,
            registry=registry,
        )
        # Every series exists from the start: rate() only sees an increase from zero.
        self._requests = {(lane, outcome): requests.labels(lane, outcome) for lane in Lane for outcome in OUTCOMES}
        self._in_flight = {lane: in_flight.labels(lane) for lane in Lane}
        self._seconds = {lane: seconds.labels(lane) for lane in Lane}

    def track(self, future: Future[T], lane: Lane, requests: int, outcomes: CountOutcomes[T]) -> None:
        """Count the requests that a future stands for: in flight now, by outcome when it is done."""
        started = time.monotonic()
        self._in_flight[lane].inc(requests)

        def on_done(done: Future[T]) -> None:
            self._in_flight[lane].dec(requests)
            counts, responded = _outcomes_of(done, requests, outcomes)
            if responded:
                self._seconds[lane].observe(time.monotonic() - started)
            self._count(lane, counts)

        future.add_done_callback(on_done)

    def not_sent(self, lane: Lane, requests: int = 1) -> None:
        """Count requests that were not published."""
        self._count(lane, {NOT_SENT: requests})

    def rejected(self, lane: Lane) -> None:
        """Count a request that was rejected before it was published, as a worker would have rejected it."""
        self._count(lane, {str(Status.REJECTED): 1})

    def outcomes(self, lane: Lane) -> Counts[str]:
        """Return the requests of a lane that have ended, by outcome."""
        counts = {outcome: int(_value(self._requests[lane, outcome])) for outcome in OUTCOMES}
        return Counts({outcome: count for outcome, count in counts.items() if count})

    def in_flight(self, lane: Lane) -> int:
        """Return how many requests of a lane wait for a response."""
        return int(_value(self._in_flight[lane]))

    def _count(self, lane: Lane, counts: Mapping[str, int]) -> None:
        for outcome, count in counts.items():
            self._requests[lane, outcome].inc(count)


def _outcomes_of(done: Future[T], requests: int, outcomes: CountOutcomes[T]) -> tuple[Mapping[str, int], bool]:
    """Return the outcomes of a finished future, and whether there was a response."""
    try:
        return outcomes(done.result(), requests), True
    except ScoreError as error:
        return {str(error.status): requests}, True
    except ResponseTimeoutError:
        return {TIMED_OUT: requests}, False
    except (BrokerUnavailableError, TooManyInFlightError):
        return {NOT_SENT: requests}, False
    except (CancelledError, Exception):  # closed, or cancelled by its holder
        return {CANCELLED: requests}, False


def _value(metric: Any) -> float:
    """Return the present value of a counter or gauge."""
    return float(next(sample.value for sample in metric.collect()[0].samples if not sample.name.endswith("_created")))
