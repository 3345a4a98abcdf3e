"""Readings of the broker that the pages of all sessions share: the first page begins one, the last one ends it."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Seen = TypeVar("Seen")
Seen_co = TypeVar("Seen_co", covariant=True)


class Reading(Protocol[Seen_co]):
    """Something that goes on in a thread of its own from the moment it is made."""

    def seen(self) -> Seen_co:
        """Return what was seen so far; at once, from any thread."""

    def end(self) -> None:
        """Have the thread end, without waiting for it."""


class Readings(Generic[Seen]):
    """The readings of one dashboard process, by name. Safe to use from any thread."""

    def __init__(self) -> None:
        self._readings: dict[str, tuple[Reading[Seen], int]] = {}
        self._lock = threading.Lock()

    def watch(self, name: str, begin: Callable[[], Reading[Seen]]) -> "Watch[Seen]":
        """Return one page's view of a reading, which begins now if there is none of this name."""
        with self._lock:
            reading, watchers = self._readings.get(name) or (begin(), 0)
            self._readings[name] = (reading, watchers + 1)
        return Watch(self, name, reading)

    def leave(self, name: str) -> None:
        """One page less: the last one ends the reading, and what it saw is gone."""
        with self._lock:
            reading, watchers = self._readings.pop(name, (None, 0))
            if reading is not None and watchers > 1:
                self._readings[name] = (reading, watchers - 1)
                return
        if reading is not None:
            reading.end()

    def close(self) -> None:
        """End every reading."""
        for name, (_, watchers) in list(self._readings.items()):
            for _ in range(watchers):
                self.leave(name)


class Watch(Generic[Seen]):
    """One page's view of a reading."""

    def __init__(self, shared: Readings[Seen], name: str, reading: Reading[Seen]) -> None:
        self._shared, self._name, self._reading = shared, name, reading
        self._open = True

    def seen(self) -> Seen:
        """Return what was seen so far."""
        return self._reading.seen()

    def close(self) -> None:
        """Look no more. May be called twice."""
        if self._open:
            self._open = False
            self._shared.leave(self._name)
