"""Background readers of the broker, shared by all sessions: they run while a page is subscribed."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Snapshot = TypeVar("Snapshot")
Snapshot_co = TypeVar("Snapshot_co", covariant=True)


class Monitor(Protocol[Snapshot_co]):
    """Runs in a thread of its own from its creation."""

    def snapshot(self) -> Snapshot_co:
        """Return what was read so far; at once, from any thread."""

    def stop(self) -> None:
        """Stop the thread, without waiting for it."""


class MonitorRegistry(Generic[Snapshot]):
    """The monitors of one dashboard process, by name. Safe to use from any thread."""

    def __init__(self) -> None:
        self._monitors: dict[str, tuple[Monitor[Snapshot], int]] = {}
        self._lock = threading.Lock()

    def subscribe(self, name: str, start: Callable[[], Monitor[Snapshot]]) -> "MonitorSubscription[Snapshot]":
        """Return a subscription to the monitor of this name, which starts now if there is none."""
        with self._lock:
            monitor, subscribers = self._monitors.get(name) or (start(), 0)
            self._monitors[name] = (monitor, subscribers + 1)
        return MonitorSubscription(self, name, monitor)

    def release(self, name: str) -> None:
        """End one subscription: the last one stops the monitor, and what it read is deleted."""
        with self._lock:
            monitor, subscribers = self._monitors.pop(name, (None, 0))
            if monitor is not None and subscribers > 1:
                self._monitors[name] = (monitor, subscribers - 1)
                return
        if monitor is not None:
            monitor.stop()

    def close(self) -> None:
        """Stop every monitor."""
        for name, (_, subscribers) in list(self._monitors.items()):
            for _ in range(subscribers):
                self.release(name)


class MonitorSubscription(Generic[Snapshot]):
    """One page's access to a monitor."""

    def __init__(self, registry: MonitorRegistry[Snapshot], name: str, monitor: Monitor[Snapshot]) -> None:
        self._registry, self._name, self._monitor = registry, name, monitor
        self._open = True

    def snapshot(self) -> Snapshot:
        """Return what was read so far."""
        return self._monitor.snapshot()

    def close(self) -> None:
        """Release the monitor. May be called twice."""
        if self._open:
            self._open = False
            self._registry.release(self._name)
