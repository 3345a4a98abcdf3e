"""What a worker tells Prometheus: counts, times, lag. Labels come from closed vocabularies; no client, no value."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from contract.codes import ErrorCode, Status
from scorer.histogram import FastHistogram
from scorer.lag import LagTracker
from scorer.record import DEAD_LETTERED, Outcome, Outcomes, OutgoingRecord, Record
from scorer.scoring_executor import Timed
from scorer.watchdog import OffsetSnapshot

INTERACTIVE, BATCH = LANES = ("interactive", "batch")

QUEUE, COMPUTE, TOTAL = STAGES = ("queue", "compute", "total")

LATENCY_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds: from a request alone (under a millisecond of work) to the time to live of one (30 s)."""

BATCH_SIZE_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Upper bounds, up to the largest block."""


class WorkerMetrics:
    """One worker's metrics, in a registry of their own. The event loop alone writes and reads them."""

    def __init__(self, model: Callable[[], str], *, end_offsets_reliable: bool) -> None:
        """`model` names the version that answers.

        `end_offsets_reliable`: whether the broker's end offsets can be believed.
        """
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series a counter, of no use
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._version = model
        self._end_offsets_reliable = end_offsets_reliable
        self._lag = LagTracker()
        self._model = Info("neoscore_model", "The model being served.", registry=registry)
        self._ready = Gauge("neoscore_ready", "1 while /readyz answers 200, else 0.", registry=registry)
        requests = Counter(
            "neoscore_requests",
            "Requests and block rows by outcome.",
            ["lane", "status"],
            registry=registry,
        )
        # All of them exist from the start: a rate only sees what rises from zero.
        self._requests = {
            (lane, status): requests.labels(lane, status) for lane in LANES for status in (*Status, DEAD_LETTERED)
        }
        self._errors = Counter(
            "neoscore_errors", "Requests without a score, by error code.", ["lane", "code"], registry=registry
        )
        self._hits = Counter("neoscore_cache_hits", "Requests answered from the cache.", registry=registry)
        self._misses = Counter("neoscore_cache_misses", "Requests that the cache could not answer.", registry=registry)
        self._latency = FastHistogram(
            "neoscore_latency_seconds",
            "queue: from the broker's receipt until the work begins; compute: the work on a micro-batch or block; "
            "total: from receipt until the broker has the answer.",
            ["lane", "stage"],
            product(LANES, STAGES),
            LATENCY_BUCKETS,
        )
        self._rows = FastHistogram(
            "neoscore_batch_rows",
            "Requests per micro-batch, or rows per block.",
            ["lane"],
            product(LANES),
            BATCH_SIZE_BUCKETS,
        )
        registry.register(self._latency)
        registry.register(self._rows)
        self._rebalances = Counter("neoscore_rebalances", "Consumer group rebalances.", registry=registry)
        self._partitions, self._lag_records, self._lag_seconds, self._stalled, self._oldest = (
            Gauge(f"neoscore_{name}", what, ["topic"], registry=registry)
            for name, what in (
                ("assigned_partitions", "Partitions assigned to this worker."),
                ("consumer_lag_records", "Consumer lag in records."),
                ("consumer_lag_seconds", "Consumer lag in seconds: age of the oldest unprocessed record."),
                ("stalled_seconds", "Seconds without progress while requests are pending."),
                ("oldest_record_age_seconds", "Age of the oldest record that can be read, in the whole topic."),
            )
        )

    def render(self, *, ready: bool) -> bytes:
        """Return everything in Prometheus' text format. `ready`: whether the worker serves at this moment."""
        self._ready.set(ready)
        self._model.info({"version": self._version()})
        return generate_latest(self.registry)

    def observe_responses(
        self, lane: str, records: Sequence[Record], work: Timed[Any], answers: Sequence[OutgoingRecord]
    ) -> None:
        """Count a micro-batch or a block whose answers the broker has just acknowledged."""
        now = time.time()
        queue, until_answered = self._latency[lane, QUEUE], self._latency[lane, TOTAL]
        for record in records:
            if record.timestamp is not None:  # another machine's clock, so the difference may be negative
                queue.observe(max(0.0, work.started_at - record.timestamp))
                until_answered.observe(max(0.0, now - record.timestamp))
        self._latency[lane, COMPUTE].observe(work.duration_seconds)
        outcomes = _sum(answer.outcomes for answer in answers)
        self._rows[lane,].observe(sum(outcomes.values()))
        self._count(lane, outcomes)
        self._lag.mark_processed(records)

    def _count(self, lane: str, outcomes: Outcomes) -> None:
        for outcome, count in outcomes.items():
            self._requests[lane, outcome.status].inc(count)
            if outcome.code is not None:
                self._errors.labels(lane, outcome.code).inc(count)
            if outcome.cached:
                self._hits.inc(count)
            elif lane == INTERACTIVE and _missed(outcome):
                self._misses.inc(count)

    def record_rebalance(self, partitions: Mapping[str, int]) -> None:
        """Note a rebalance. `partitions`: topic → how many this worker has now."""
        self._rebalances.inc()
        _set(self._partitions, partitions)

    def update_offsets(self, snapshot: OffsetSnapshot | None) -> None:
        """Note what the broker's offsets say; without an answer from the broker that is not known any more."""
        lags = (
            self._lag.update(snapshot.end_offsets, snapshot.next_offsets, time.time())
            if snapshot and self._end_offsets_reliable
            else {}
        )
        _set(self._stalled, snapshot.stalled_seconds if snapshot else {})
        _set(self._lag_records, {topic: lag.records for topic, lag in lags.items()})
        _set(self._lag_seconds, {topic: lag.seconds for topic, lag in lags.items()})

    def set_oldest_record_ages(self, ages: Mapping[str, float]) -> None:
        """Note the age of each topic's oldest record, in seconds; 0 for an empty topic, nothing for an unknown one."""
        _set(self._oldest, ages)


def _sum(outcomes: Iterable[Outcomes]) -> Outcomes:
    summed: dict[Outcome, int] = {}
    for some in outcomes:
        for outcome, count in some.items():
            summed[outcome] = summed.get(outcome, 0) + count
    return summed


def _missed(outcome: Outcome) -> bool:
    return outcome.status == Status.SCORED or outcome.code is ErrorCode.NOT_CACHED


def _set(gauge: Gauge, values: Mapping[str, float]) -> None:
    """Set the gauge of each topic. What is not known any more is not told any more."""
    gauge.clear()
    for topic, value in values.items():
        gauge.labels(topic).set(value)
