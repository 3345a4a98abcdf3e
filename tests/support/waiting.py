"""Waiting for what comes sooner or later."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.02
"""Between two looks."""

WAIT_SECONDS = 60.0
"""Longer than anything that is waited for takes on a busy machine; a test that waits so long has failed."""


def wait_until(holds: Callable[[], bool], seconds: float = WAIT_SECONDS, otherwise: str = "it did not come") -> None:
    """Wait until a condition holds; fails the test, saying what is wrong otherwise, when that takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(PAUSE_SECONDS)
