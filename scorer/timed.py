"""When a piece of work began and how long it took, told by the thread that did it."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timed(Generic[T]):
    """A result and its times. `started_at` is in seconds since 1970, to be compared with the broker's times."""

    result: T
    started_at: float
    duration_seconds: float


def timed(job: Callable[[], T]) -> Timed[T]:
    """Do the job."""
    began, start = time.time(), time.perf_counter()
    result = job()
    return Timed(result, began, time.perf_counter() - start)


def timed_steps(steps: Generator[None, None, T]) -> Generator[None, None, Timed[T]]:
    """Go through the steps. The time counts from the first one, with what others did between two of them."""
    began, start = time.time(), time.perf_counter()
    result = yield from steps
    return Timed(result, began, time.perf_counter() - start)
