"""The table of requests that wait for their answer: bounded, each with a deadline. No I/O."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from producers.errors import ClientClosed, NoAnswer, TooManyInFlight

T = TypeVar("T")
Clock = Callable[[], float]


@dataclass(frozen=True)
class _Entry(Generic[T]):
    future: Future[T]
    deadline: float


class PendingTable(Generic[T]):
    """Matches answers to requests by id. Each request ends once; whatever comes later is ignored. Thread-safe.

    A future that its holder cancels leaves the table at once.
    """

    def __init__(self, capacity: int, clock: Clock = time.monotonic) -> None:
        self._capacity = capacity
        self._clock = clock
        self._entries: dict[str, _Entry[T]] = {}
        self._room = threading.Condition()
        self._some = threading.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def open(self, key: str, lifetime: float, wait: float) -> Future[T]:
        """Enter a request that dies `lifetime` seconds from now and return its future.

        Waits up to `wait` seconds for room. Raises TooManyInFlight when there is none, ClientClosed after `close`.
        """
        future: Future[T] = Future()
        with self._room:
            if not self._room.wait_for(lambda: self._closed or len(self._entries) < self._capacity, wait):
                raise TooManyInFlight(
                    f"{self._capacity} requests are unanswered and none was answered for {wait:g} s; "
                    "do enough workers run (`neoscore status`)?"
                )
            if self._closed:
                raise ClientClosed("the client is closed")
            self._entries[key] = _Entry(future, self._clock() + lifetime)
            self._some.set()
        future.add_done_callback(lambda _: self._take(key))
        return future

    def settle(self, key: str, answer: T) -> bool:
        """Give a request its answer. Returns False for a late, repeated or foreign one, which is ignored."""
        entry = self._take(key)
        if entry is None or not entry.future.set_running_or_notify_cancel():
            return False
        entry.future.set_result(answer)
        return True

    def fail(self, key: str, error: Exception) -> bool:
        """End a request with an error. Returns False when it had ended already."""
        entry = self._take(key)
        if entry is None or not entry.future.set_running_or_notify_cancel():
            return False
        entry.future.set_exception(error)
        return True

    def expire(self) -> int:
        """End every request whose deadline has passed with NoAnswer. Returns how many."""
        now = self._clock()
        with self._room:
            overdue = [key for key, entry in self._entries.items() if entry.deadline <= now]
        message = "no answer before the deadline; does a worker run (`neoscore status`)?"
        return sum(self.fail(key, NoAnswer(message)) for key in overdue)

    def wait_for_some(self, seconds: float) -> bool:
        """Wait until a request is in the table, or for so many seconds; return whether one is, or none will be."""
        return self._some.wait(seconds)

    def close(self) -> None:
        """End every request with ClientClosed and take no more."""
        with self._room:
            self._closed = True
            self._room.notify_all()
            self._some.set()
            keys = list(self._entries)
        for key in keys:
            self.fail(key, ClientClosed("the client was closed before the answer came"))

    def _take(self, key: str) -> _Entry[T] | None:
        with self._room:
            entry = self._entries.pop(key, None)
            if entry is not None:
                self._room.notify()
                if not self._entries and not self._closed:
                    self._some.clear()
            return entry
