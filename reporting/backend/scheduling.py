"""Work that outlasts a click: its outcome is used in the session's own thread, and never after the session's end."""

import logging
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bokeh.document import Document

from reporting.problems import Problem

log = logging.getLogger(__name__)

T = TypeVar("T")


class DocumentScheduler:
    """Schedules calls on one session's document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ended = False

    def when_done(self, future: "Future[T]", use: Callable[[T | Problem], None]) -> None:
        """Call `use` with the outcome of slow work; an unexpected error becomes a problem with a message."""

        def deliver(done: "Future[T]") -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is not None:
                log.error("unexpected error: %s at %s", type(error).__name__, _place(error))
            self.call_soon(partial(use, done.result() if error is None else Problem.UNEXPECTED))

        future.add_done_callback(deliver)

    def call_soon(self, call: Callable[[], None]) -> None:
        """Call at the next tick, with the document's lock; from any thread."""
        if not self._ended:
            self._document.add_next_tick_callback(call)

    def call_later(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        """Call once after so many milliseconds. Returns what cancels it, which may be called more than once."""
        if self._ended:
            return lambda: None
        pending: list[Any] = []

        def run() -> None:
            pending.clear()
            call()

        pending.append(self._document.add_timeout_callback(run, milliseconds))

        def cancel() -> None:
            if pending and not self._ended:
                self._document.remove_timeout_callback(pending.pop())

        return cancel

    def close(self) -> None:
        """The session has ended: call nothing any more."""
        self._ended = True


class Debounce:
    """Calls once there is a pause, and only for the latest of many changes."""

    def __init__(self, scheduler: DocumentScheduler, milliseconds: int, call: Callable[[], None]) -> None:
        self._scheduler, self._milliseconds, self._call = scheduler, milliseconds, call
        self._cancel: Callable[[], None] = lambda: None

    def __call__(self, *_: object) -> None:
        """Restart the pause."""
        self._cancel()
        self._cancel = self._scheduler.call_later(self._milliseconds, self._call)

    def cancel(self) -> None:
        """Cancel the call that is due."""
        self._cancel()


def _place(error: BaseException) -> str:
    """Return in which file and line it was raised: what it says may hold a client's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
