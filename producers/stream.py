"""An upstream system: events for real clients, published on schedule even if earlier ones are still unanswered."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from contract.codes import Status
from contract.messages import Scored
from producers.client import ScoreClient
from producers.errors import TooManyInFlightError
from producers.metrics import Lane

SOURCE = "/neoscore/publish/stream"

REPORT_SECONDS = 0.5
"""How often progress is shown: often enough to look current, rarely enough to read."""


@dataclass(frozen=True)
class Event:
    """What the upstream system sends when something happens to a client."""

    client_ref: str
    features: Mapping[str, Any]


@dataclass
class StreamSummary:
    """Result of a stream. Latency is measured from the scheduled time of an event, not from when it was sent."""

    sent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Of the requests that have ended, as the client's metrics count them."""
    latencies: list[float] = field(default_factory=list)
    """Seconds, of the scored requests."""
    seconds: float = 0.0

    @property
    def ended(self) -> int:
        """Requests that have ended."""
        return self.outcomes.total()

    @property
    def unanswered(self) -> int:
        """Events without a response of any kind."""
        return self.sent - sum(self.outcomes[status] for status in Status)

    @property
    def all_answered(self) -> bool:
        """Whether every event got a response of some kind."""
        return self.unanswered == 0

    def latency(self, quantile: float) -> float | None:
        """Return a quantile (0..1) of the latency in seconds; None without any score."""
        return float(np.quantile(self.latencies, quantile)) if self.latencies else None


def run_stream(
    client: ScoreClient,
    events: Sequence[Event],
    *,
    rate: float,
    seconds: float,
    seed: int | None = None,
    on_progress: Callable[[StreamSummary], None] = lambda _: None,
) -> StreamSummary:
    """Publish `rate` events a second for `seconds`, drawn from `events` with `seed`, and wait for every response.

    The schedule is fixed beforehand (open loop): a slow worker does not slow it down.
    """
    return _Stream(client, on_progress).run(events, rate, round(rate * seconds), random.Random(seed))  # noqa: S311


class _Stream:
    def __init__(self, client: ScoreClient, on_progress: Callable[[StreamSummary], None]) -> None:
        self._client = client
        self._on_progress = on_progress
        self._summary = StreamSummary()
        self._before = client.metrics.outcomes(Lane.INTERACTIVE)
        self._changed = threading.Condition()
        self._reported = 0.0

    def run(self, events: Sequence[Event], rate: float, count: int, draw: random.Random) -> StreamSummary:
        started = time.monotonic()
        for i in range(count):
            self._wait_until(started + i / rate)
            self._send(draw.choice(events), started + i / rate)
        with self._changed:  # every request has a deadline, so this ends
            while self._summary.ended < count:
                self._changed.wait(REPORT_SECONDS)
                self._report()
        self._summary.seconds = time.monotonic() - started
        return self._summary

    def _wait_until(self, due: float) -> None:
        while (left := due - time.monotonic()) > 0:
            time.sleep(min(left, REPORT_SECONDS))
            self._report()

    def _send(self, event: Event, due: float) -> None:
        self._summary.sent += 1
        try:
            future = self._client.submit(event.client_ref, event.features)
        except TooManyInFlightError as error:
            future = Future()
            future.set_exception(error)
        future.add_done_callback(partial(self._on_done, due))

    def _on_done(self, due: float, future: Future[Scored]) -> None:
        with self._changed:
            if future.exception() is None:
                self._summary.latencies.append(time.monotonic() - due)
            self._summary.outcomes = self._client.metrics.outcomes(Lane.INTERACTIVE) - self._before
            self._changed.notify()

    def _report(self) -> None:
        now = time.monotonic()
        if now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self._on_progress(self._summary)
