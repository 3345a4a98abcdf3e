"""Work that outlasts a click: its outcome is used in the session's own thread, and never after the session's end."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from bokeh.document import Document

from reporting.problems import Problem

log = logging.getLogger(__name__)

T = TypeVar("T")


class Later:
    """One session's way to do something later."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ended = False

    def use(self, future: "Future[T]", use: Callable[[T | Problem], None]) -> None:
        """Call `use` with the outcome of slow work; an unforeseen error becomes a problem that has words."""

        def deliver(done: "Future[T]") -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is not None:
                log.error("unforeseen: %s", type(error).__name__)
            self.soon(partial(use, done.result() if error is None else Problem.UNEXPECTED))

        future.add_done_callback(deliver)

    def soon(self, call: Callable[[], None]) -> None:
        """Call at the next tick, with the document's lock; from any thread."""
        if not self._ended:
            self._document.add_next_tick_callback(call)

    def after(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        """Call once after a while; returns what takes it back, which may be called any number of times."""
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

    def end(self) -> None:
        """The session is over: nothing is called any more."""
        self._ended = True


class Debounce:
    """Calls once there is a pause, and only for the latest of many changes."""

    def __init__(self, later: Later, milliseconds: int, call: Callable[[], None]) -> None:
        self._later, self._milliseconds, self._call = later, milliseconds, call
        self._cancel: Callable[[], None] = lambda: None

    def __call__(self, *_: object) -> None:
        """Something changed."""
        self._cancel()
        self._cancel = self._later.after(self._milliseconds, self._call)

    def cancel(self) -> None:
        """Forget what waits."""
        self._cancel()
