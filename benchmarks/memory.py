"""Memory of running processes over time, and what it comes to: after warm-up, at the end, at most."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import psutil

SAMPLE_SECONDS = 0.5
"""Growth over a run of a minute shows; looking costs a millisecond of a core."""

WARM_FROM, WARM_TO = 0.2, 0.3
"""The part of a run that counts as just warm: caches, pools and connections are as large as they get."""

END_FROM = 0.9

Sample = tuple[float, float]
"""Seconds since the watch began, and megabytes."""


def resident_mb(pid: int) -> Callable[[], float]:
    """Return a gauge of one process's resident memory."""
    process = psutil.Process(pid)
    return lambda: process.memory_info().rss / 1e6


def proportional_mb(pid: int) -> Callable[[], float]:
    """Return a gauge of a process with all its children: what they share counts once (PSS)."""
    parent = psutil.Process(pid)

    def read() -> float:
        total = 0
        for process in [parent, *parent.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return total / 1e6

    return read


def folder_mb(folder: Path) -> Callable[[], float]:
    """Return a gauge of what a folder's files take."""

    def read() -> float:
        total = 0
        for path in folder.rglob("*"):
            try:
                total += path.stat().st_blocks * 512
            except FileNotFoundError:  # a segment that the broker just deleted
                continue
        return total / 1e6

    return read


class MemorySampler:
    """Samples gauges in a thread while its context lasts."""

    def __init__(self, gauges: Mapping[str, Callable[[], float]]) -> None:
        self._gauges = gauges
        self._samples: dict[str, list[Sample]] = {name: [] for name in gauges}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory watch", daemon=True)

    def __enter__(self) -> "MemorySampler":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def summary(self, since: float = 0.0) -> dict[str, dict[str, float]]:
        """Return `warm`, `end` and `peak` megabytes of each gauge from the second `since` on."""
        samples = {name: [(at - since, mb) for at, mb in found if at >= since] for name, found in self._samples.items()}
        return {name: summarise_samples(found) for name, found in samples.items() if found}

    def _run(self) -> None:
        began = time.monotonic()
        while not self._done.wait(SAMPLE_SECONDS):
            for name, gauge in self._gauges.items():
                try:
                    self._samples[name].append((time.monotonic() - began, gauge()))
                except psutil.NoSuchProcess:  # the publisher ends with its run
                    continue


def summarise_samples(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the median just after warm-up, the median at the end, and the peak, in megabytes."""
    length = samples[-1][0]
    warm = [mb for at, mb in samples if WARM_FROM * length <= at <= WARM_TO * length]
    end = [mb for at, mb in samples if at >= END_FROM * length]
    return {
        "warm": statistics.median(warm or [samples[0][1]]),
        "end": statistics.median(end),
        "peak": max(mb for _, mb in samples),
    }
