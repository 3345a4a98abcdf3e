"""What the gateway tells Prometheus. Labels come from closed lists; no client, no caller, no value."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from contract.codes import Status
from producers.gateway.tokens import Fault

OTHER = "other"
"""The route of what is no page of ours."""

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds, up to the time to live of a request."""


class Metrics:
    """The metrics of one gateway, in a registry of their own. The event loop alone writes and reads them."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series a counter, of no use
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "neoscore_gateway_requests", "HTTP requests by route and status.", ["route", "status"], registry=registry
        )
        self._latency = Histogram(
            "neoscore_gateway_latency_seconds",
            "From the head of a request to the end of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge("neoscore_gateway_in_flight", "Requests under way.", registry=registry)
        tokens = Counter("neoscore_gateway_tokens_refused", "Refused tokens.", ["fault"], registry=registry)
        rows = Counter("neoscore_gateway_rows", "Rows of uploads by how they ended.", ["status"], registry=registry)
        # All of them exist from the start: a rate only sees what rises from zero.
        self._tokens = {fault: tokens.labels(fault) for fault in Fault}
        self._rows = {status: rows.labels(status) for status in Status}

    def began(self) -> None:
        """Count a request that is under way."""
        self._in_flight.inc()

    def ended(self, route: str, status: int, seconds: float) -> None:
        """Count a request that is over. `route` as the document of the interface writes it."""
        self._in_flight.dec()
        self._requests.labels(route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def refused(self, fault: Fault) -> None:
        """Count a refused token."""
        self._tokens[fault].inc()

    def answered(self, status: Status, rows: int) -> None:
        """Count rows of an upload."""
        self._rows[status].inc(rows)

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
