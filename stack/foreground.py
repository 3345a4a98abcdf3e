"""A stack in this process: start it, watch it, stop it."""

import contextlib
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from contract.settings import settings
from stack.cleanup import clean_up
from stack.launch import StackOptions, launch
from stack.progress import StepPrinter
from stack.state import StackState, stack_lock
from stack.supervisor import Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_attached(options: StackOptions, show: Callable[[StackState], None], *, browser: bool) -> None:
    """Run a stack until Ctrl-C, SIGTERM, or the end of a part it cannot do without, which raises ServiceFailedError."""
    config = settings()
    config = config.model_copy(update={"home": config.home.absolute()})
    progress = StepPrinter()
    logging.getLogger("contract").setLevel(logging.ERROR)  # an unverified broker is said by the steps
    with stack_lock(config.run_folder):
        clean_up(config.run_folder)
        _remove_logs(config.run_folder)
        with _stop_signals_interrupt(), contextlib.suppress(KeyboardInterrupt):
            supervisor = Supervisor(config, progress)
            try:
                launch(supervisor, config, options, progress)
                show(supervisor.state)
                if sys.stdout.isatty():
                    progress.note("press Ctrl-C to stop")
                if browser:
                    _open_browser(supervisor.state)
                supervisor.supervise()
            finally:
                # A second Ctrl-C must not leave half of it running.
                for number in STOP_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                with progress.step("stop") as details:
                    supervisor.stop()
                    details.append("all processes stopped")


def _remove_logs(run_folder: Path) -> None:
    """Begin with empty logs; only that of this very run stays."""
    for log in run_folder.glob("*.log"):
        if log.name != "up.log":
            log.unlink(missing_ok=True)


@contextmanager
def _stop_signals_interrupt() -> Iterator[None]:
    """Make every stop signal a KeyboardInterrupt while the block runs."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_browser(state: StackState) -> None:
    """Open the dashboard if this machine has a graphical session."""
    screen = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen and sys.stdout.isatty() and state.dashboard:
        webbrowser.open(state.dashboard.url)
