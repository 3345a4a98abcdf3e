"""What a worker tells Prometheus: counts, times, lag. Labels come from closed vocabularies; no client, no value."""

import time
from collections.abc import Callable, Mapping, Sequence
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
from scorer.histogram import Histogram
from scorer.lag import Lag
from scorer.outcomes import DEAD_LETTERED, Outcome, Outcomes, total
from scorer.outgoing import Outgoing
from scorer.record import Record
from scorer.timed import Timed
from scorer.watchdog import Look

INTERACTIVE, BATCH = LANES = ("interactive", "batch")

QUEUE, COMPUTE, TOTAL = PARTS = ("queue", "compute", "total")

SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds: from a request alone (under a millisecond of work) to the time to live of one (30 s)."""

ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Upper bounds, up to the largest block."""


class Metrics:
    """One worker's metrics, in a registry of their own. The event loop alone writes and reads them."""

    def __init__(self, model: Callable[[], str], *, offsets_hold: bool) -> None:
        """`model` names the version that answers. `offsets_hold`: whether the broker's end offsets can be believed."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series a counter, of no use
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._version = model
        self._offsets_hold = offsets_hold
        self._lag = Lag()
        self._model = Info("neoscore_model", "The model that answers.", registry=registry)
        self._ready = Gauge("neoscore_ready", "1 while /readyz answers 200, else 0.", registry=registry)
        requests = Counter(
            "neoscore_requests",
            "Requests and rows of blocks, by how they ended.",
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
        self._latency = Histogram(
            "neoscore_latency_seconds",
            "queue: from the broker's receipt until the work begins; compute: the work on a micro-batch or block; "
            "total: from receipt until the broker has the answer.",
            ["lane", "part"],
            product(LANES, PARTS),
            SECONDS,
        )
        self._rows = Histogram("neoscore_batch_rows", "Requests worked on at once.", ["lane"], product(LANES), ROWS)
        registry.register(self._latency)
        registry.register(self._rows)
        self._rebalances = Counter(
            "neoscore_rebalances", "Times that the group shared out its partitions.", registry=registry
        )
        self._partitions, self._lag_messages, self._lag_seconds, self._standstill, self._oldest = (
            Gauge(f"neoscore_{name}", what, ["topic"], registry=registry)
            for name, what in (
                ("partitions", "Partitions of this worker."),
                ("lag_messages", "Records of its partitions that this worker has not answered."),
                ("lag_seconds", "Age of the oldest of those."),
                ("standstill_seconds", "For how long requests have waited while none was answered."),
                ("oldest_record_age_seconds", "Age of the oldest record that can be read, in the whole topic."),
            )
        )

    def render(self, *, ready: bool) -> bytes:
        """Return everything in Prometheus' text format. `ready`: whether the worker serves at this moment."""
        self._ready.set(ready)
        self._model.info({"version": self._version()})
        return generate_latest(self.registry)

    def answered(self, lane: str, records: Sequence[Record], work: Timed[Any], answers: Sequence[Outgoing]) -> None:
        """Count a micro-batch or a block whose answers the broker has just acknowledged."""
        now = time.time()
        queue, until_answered = self._latency[lane, QUEUE], self._latency[lane, TOTAL]
        for record in records:
            if record.timestamp is not None:  # another machine's clock, so the difference may be negative
                queue.observe(max(0.0, work.began - record.timestamp))
                until_answered.observe(max(0.0, now - record.timestamp))
        self._latency[lane, COMPUTE].observe(work.seconds)
        outcomes = total(answer.outcomes for answer in answers)
        self._rows[lane,].observe(sum(outcomes.values()))
        self._count(lane, outcomes)
        self._lag.answered(records)

    def _count(self, lane: str, outcomes: Outcomes) -> None:
        for outcome, count in outcomes.items():
            self._requests[lane, outcome.status].inc(count)
            if outcome.code is not None:
                self._errors.labels(lane, outcome.code).inc(count)
            if outcome.cached:
                self._hits.inc(count)
            elif lane == INTERACTIVE and _missed(outcome):
                self._misses.inc(count)

    def shared_out(self, partitions: Mapping[str, int]) -> None:
        """Note a rebalance. `partitions`: topic → how many this worker has now."""
        self._rebalances.inc()
        _set(self._partitions, partitions)

    def looked(self, look: Look | None) -> None:
        """Note what the broker's offsets say; without an answer from the broker that is not known any more."""
        lags = self._lag.look(look.ends, look.answered, time.time()) if look and self._offsets_hold else {}
        _set(self._standstill, look.standing if look else {})
        _set(self._lag_messages, {topic: lag.messages for topic, lag in lags.items()})
        _set(self._lag_seconds, {topic: lag.seconds for topic, lag in lags.items()})

    def oldest(self, ages: Mapping[str, float]) -> None:
        """Note the age of each topic's oldest record, in seconds; 0 for an empty topic, nothing for an unknown one."""
        _set(self._oldest, ages)


def _missed(outcome: Outcome) -> bool:
    return outcome.status == Status.SCORED or outcome.code is ErrorCode.NOT_CACHED


def _set(gauge: Gauge, values: Mapping[str, float]) -> None:
    """Set the gauge of each topic. What is not known any more is not told any more."""
    gauge.clear()
    for topic, value in values.items():
        gauge.labels(topic).set(value)
