"""Prometheus metrics of the gateway. Labels come from closed lists: no client, no caller, no value."""

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contract.codes import Status
from contract.tokens import RejectionReason
from db.unusual_reading import ReadingReport
from producers.metrics import RequesterMetrics

UNMATCHED_ROUTE = "other"
"""Route label of a path that matches no route."""

LATENCY_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds, up to the time to live of a request."""


LOOP_DELAY_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper bounds. No request, whatever is in it, holds the event loop for more than 0.05 s."""


class _ReadingCollector(Collector):
    """What the access log says of the last 24 hours: a missing series means unknown."""

    report: ReadingReport | None = None

    def collect(self) -> Iterator[Metric]:
        if self.report is None:
            return
        counts = {
            "neoscore_access_unusual_people": ("People whose reading is unusual for them.", len(self.report.unusual)),
            "neoscore_access_refusals": ("Refusals of people and programs.", self.report.refused),
            "neoscore_access_unauthenticated": ("Refusals of unauthenticated callers.", self.report.unauthenticated),
        }
        for name, (help_, count) in counts.items():
            yield GaugeMetricFamily(name, f"{help_} In the last 24 hours, by the access log.", count)


class GatewayMetrics:
    """The metrics of one gateway, in a registry of their own. Its own are written by the event loop alone."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series a counter, of no use
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requester = RequesterMetrics(registry)
        self._requests = Counter(
            "neoscore_gateway_requests", "HTTP requests by route and status.", ["route", "status"], registry=registry
        )
        self._latency = Histogram(
            "neoscore_gateway_request_duration_seconds",
            "HTTP request duration.",
            ["route"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._in_flight = Gauge("neoscore_gateway_in_flight", "HTTP requests in progress.", registry=registry)
        tokens = Counter(
            "neoscore_gateway_tokens_rejected", "Rejected tokens by reason.", ["reason"], registry=registry
        )
        self._loop_delay = Histogram(
            "neoscore_gateway_event_loop_delay_seconds",
            "How long the event loop was due and could not run because the process computed.",
            buckets=LOOP_DELAY_BUCKETS,
            registry=registry,
        )
        rows = Counter("neoscore_gateway_rows", "Uploaded rows by status.", ["status"], registry=registry)
        self._reading = _ReadingCollector()
        registry.register(self._reading)
        # Every series exists from the start: rate() only sees an increase from zero.
        self._tokens = {reason: tokens.labels(reason) for reason in RejectionReason}
        self._rows = {status: rows.labels(status) for status in Status}

    def reading(self, report: ReadingReport | None) -> None:
        """Take the last report on the access log; None if it cannot be read, and its series are left out."""
        self._reading.report = report

    def request_started(self) -> None:
        """Count a request in progress."""
        self._in_flight.inc()

    def request_finished(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request. `route` is the path template of the OpenAPI document."""
        self._in_flight.dec()
        self._requests.labels(route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def loop_delayed(self, seconds: float) -> None:
        """Record a measured delay of the event loop."""
        self._loop_delay.observe(seconds)

    def token_rejected(self, reason: RejectionReason) -> None:
        """Count a rejected token."""
        self._tokens[reason].inc()

    def rows_processed(self, status: Status, rows: int) -> None:
        """Count rows of an upload."""
        self._rows[status].inc(rows)

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
