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
from stack.launch import Options, launch
from stack.leftovers import clean_leftovers
from stack.progress import Progress
from stack.state import StackState, running
from stack.supervisor import Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_in_foreground(options: Options, show: Callable[[StackState], None], *, browser: bool) -> None:
    """Run a stack until Ctrl-C, SIGTERM, or the end of a part it cannot do without, which raises PartFailed."""
    config = settings()
    config = config.model_copy(update={"home": config.home.absolute()})
    progress = Progress()
    logging.getLogger("contract").setLevel(logging.ERROR)  # an unverified broker is said by the steps
    with running(config.run_folder):
        clean_leftovers(config.run_folder)
        _remove_logs(config.run_folder)
        with _interrupts(), contextlib.suppress(KeyboardInterrupt):
            supervisor = Supervisor(config, progress)
            try:
                launch(supervisor, config, options, progress)
                show(supervisor.state)
                if sys.stdout.isatty():
                    progress.note("Ctrl-C stops everything")
                if browser:
                    _open_browser(supervisor.state)
                supervisor.watch()
            finally:
                # A second Ctrl-C must not leave half of it running.
                for number in STOP_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                with progress.step("stop") as said:
                    supervisor.stop()
                    said.append("no process is left")


def _remove_logs(run_folder: Path) -> None:
    """Begin with empty logs; only that of this very run stays."""
    for log in run_folder.glob("*.log"):
        if log.name != "up.log":
            log.unlink(missing_ok=True)


@contextmanager
def _interrupts() -> Iterator[None]:
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
    """Open the dashboard where somebody sits in front of a screen."""
    screen = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen and sys.stdout.isatty() and state.dashboard:
        webbrowser.open(state.dashboard.url)
