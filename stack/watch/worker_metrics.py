"""Metrics and readiness of the local stack's workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from itertools import pairwise

from prometheus_client.parser import text_string_to_metric_families

from stack.probes import fetch
from stack.state import StackState

LATENCY_LABELS = {"lane": "interactive", "stage": "total"}
"""The latency that is shown: what a person waits for."""

Buckets = Mapping[float, float]
"""Upper bound in seconds → requests up to it, as Prometheus counts them."""


@dataclass(frozen=True)
class WorkerStatus:
    """One worker. `error`: why it is not ready, None when it is."""

    name: str
    error: str | None
    requests: Mapping[str, float] = field(default_factory=dict)
    """Status → requests of both lanes since the worker began."""
    latency: Buckets = field(default_factory=dict)
    """Of single requests, from the broker's receipt until the broker has the answer."""


def scrape_workers(state: StackState | None) -> list[WorkerStatus]:
    """Scrape each worker whose address is in the state file."""
    return [_scrape(part.name, part.metrics) for part in state.processes if part.metrics] if state else []


def parse_metrics(name: str, error: str | None, text: str) -> WorkerStatus:
    """Return the view that a worker's metrics give."""
    requests: dict[str, float] = {}
    latency: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "neoscore_requests_total":
                requests[labels["status"]] = requests.get(labels["status"], 0) + sample.value
            elif sample.name == "neoscore_latency_seconds_bucket" and labels.items() >= LATENCY_LABELS.items():
                latency[float(labels["le"])] = sample.value
    return WorkerStatus(name, error, requests, latency)


def bucket_delta(now: Buckets, before: Buckets) -> Buckets:
    """Return what came between two readings; all of `now` when the worker has begun anew in between."""
    if not before or max(before.values(), default=0) > max(now.values(), default=0):
        return now
    return {bound: count - before.get(bound, 0) for bound, count in now.items()}


def quantile(buckets: Buckets, share: float) -> float | None:
    """Return the latency in seconds that `share` of the requests kept, None without any.

    Within a bucket requests count as evenly spread; beyond the last bound the last bound is returned.
    """
    rising: Sequence[tuple[float, float]] = [(0.0, 0.0), *sorted(buckets.items())]
    wanted = share * rising[-1][1]
    if wanted <= 0:
        return None
    for (lower, below), (upper, until) in pairwise(rising):
        if until >= wanted:
            return lower if upper == float("inf") else lower + (upper - lower) * (wanted - below) / (until - below)
    return None


def _scrape(name: str, address: str) -> WorkerStatus:
    try:
        status, said = fetch(address, "/readyz")
        _, text = fetch(address, "/metrics")
        return parse_metrics(name, None if status == HTTPStatus.OK else said.strip(), text)
    except (OSError, HTTPException, ValueError) as error:  # another program may have its port by now
        return WorkerStatus(name, f"no worker answers at {address} ({type(error).__name__})")
