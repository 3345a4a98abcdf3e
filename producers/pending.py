"""Requests that wait for a response: bounded, each with a deadline. No I/O."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from producers.errors import ClientClosedError, ResponseTimeoutError, TooManyInFlightError

T = TypeVar("T")
Clock = Callable[[], float]


@dataclass(frozen=True)
class _Pending(Generic[T]):
    future: Future[T]
    deadline: float


class PendingRequests(Generic[T]):
    """Matches responses to requests by id. Each request ends once; later responses are ignored. Thread-safe.

    A cancelled future is removed at once.
    """

    def __init__(self, capacity: int, clock: Clock = time.monotonic) -> None:
        self._capacity = capacity
        self._clock = clock
        self._requests: dict[str, _Pending[T]] = {}
        self._capacity_freed = threading.Condition()
        self._not_empty = threading.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._requests)

    def __contains__(self, key: str) -> bool:
        return key in self._requests

    def add(self, key: str, ttl: float, wait: float) -> Future[T]:
        """Add a request that expires `ttl` seconds from now and return its future.

        Waits up to `wait` seconds for capacity. Raises TooManyInFlightError if none is freed, ClientClosedError after
        `close`.
        """
        future: Future[T] = Future()
        with self._capacity_freed:
            if not self._capacity_freed.wait_for(lambda: self._closed or len(self._requests) < self._capacity, wait):
                raise TooManyInFlightError(
                    f"{self._capacity} requests are waiting for a response and none arrived within {wait:g} s; "
                    "check that enough workers are running (`neoscore status`)"
                )
            if self._closed:
                raise ClientClosedError("the client is closed")
            self._requests[key] = _Pending(future, self._clock() + ttl)
            self._not_empty.set()
        future.add_done_callback(lambda _: self._pop(key))
        return future

    def resolve(self, key: str, result: T) -> bool:
        """Complete a request with its result. Returns False if the response is late, repeated or foreign."""
        pending = self._pop(key)
        if pending is None or not pending.future.set_running_or_notify_cancel():
            return False
        pending.future.set_result(result)
        return True

    def fail(self, key: str, error: Exception) -> bool:
        """End a request with an error. Returns False if it had ended already."""
        pending = self._pop(key)
        if pending is None or not pending.future.set_running_or_notify_cancel():
            return False
        pending.future.set_exception(error)
        return True

    def expire_overdue(self) -> int:
        """End every request whose deadline has passed with ResponseTimeoutError. Returns how many."""
        now = self._clock()
        with self._capacity_freed:
            overdue = [key for key, pending in self._requests.items() if pending.deadline <= now]
        message = "no response before the deadline; check that a worker is running (`neoscore status`)"
        return sum(self.fail(key, ResponseTimeoutError(message)) for key in overdue)

    def wait_until_not_empty(self, seconds: float) -> bool:
        """Wait up to `seconds` for a pending request; return whether there is one, or the table is closed."""
        return self._not_empty.wait(seconds)

    def close(self) -> None:
        """End every request with ClientClosedError and accept no more."""
        with self._capacity_freed:
            self._closed = True
            self._capacity_freed.notify_all()
            self._not_empty.set()
            keys = list(self._requests)
        for key in keys:
            self.fail(key, ClientClosedError("the client was closed before the response arrived"))

    def _pop(self, key: str) -> _Pending[T] | None:
        with self._capacity_freed:
            pending = self._requests.pop(key, None)
            if pending is not None:
                self._capacity_freed.notify()
                if not self._requests and not self._closed:
                    self._not_empty.clear()
            return pending
