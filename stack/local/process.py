"""Child processes that never outlive this one."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from stack.errors import ServiceFailedError

POLL_SECONDS = 0.03
"""Between two looks at a part that starts: short beside the quickest start (Tansu, 20 ms)."""

STOP_SECONDS = 25.0
"""A stop in order takes one or two seconds; a worker gives up by itself after twenty."""

TAIL_LINES = 12
"""As much of a log as helps to see what went wrong, and still fits on a screen."""


@dataclass(frozen=True)
class ProcessSpec:
    """What to start and how to end it."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path | None = None
    user: int | None = None
    """Run as this user (and group) instead of root."""
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks the process to end in order; also sent by the system when this process dies (Linux)."""


class ChildProcess:
    """A process in a session of its own, so that Ctrl-C reaches only us and we stop things in order."""

    def __init__(self, command: ProcessSpec) -> None:
        self.command = command
        command.log.parent.mkdir(parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env=dict(command.environment),
                start_new_session=True,
                preexec_fn=_child_setup(command.stop_signal),
                **user_options(command.user),
            )

    @property
    def pid(self) -> int:
        """The process's number, which is also that of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready` says so. Raises ServiceFailedError when the process ends first or the time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.exit_code is not None:
                raise self.failure_error(f"ended with exit code {self.exit_code} while it started")
            if time.monotonic() > deadline:
                raise self.failure_error(f"was not ready within {seconds:.0f} s")
            time.sleep(POLL_SECONDS)

    def failure_error(self, what: str) -> ServiceFailedError:
        """Return the exception that says what happened, with the end of the log."""
        tail = "".join(f"\n  | {line}" for line in log_tail(self.command.log))
        return ServiceFailedError(f"{self.command.name} {what}; its log is {self.command.log}{tail}")

    def terminate(self) -> None:
        """Begin a stop in order, without waiting for it."""
        self._process.send_signal(self.command.stop_signal)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the process in order within `seconds`, then by force, with its group. May be called twice."""
        if self.exit_code is None:
            self.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def stop_all(children: Sequence[ChildProcess], seconds: float = STOP_SECONDS) -> None:
    """End processes in order, all at the same time."""
    for child in children:
        if child.exit_code is None:
            child.terminate()
    for child in children:
        child.stop(seconds)


def run_to_completion(command: ProcessSpec) -> int:
    """Run a command to its end and return its exit code. Its results go to the log; standard error is ours."""
    with command.log.open("ab") as log:
        return subprocess.run(
            command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            env=dict(command.environment),
            preexec_fn=_child_setup(command.stop_signal),
            check=False,
        ).returncode


def log_tail(log: Path) -> list[str]:
    """Return the last lines of a log."""
    try:
        return log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
    except FileNotFoundError:
        return []


class _User(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def user_options(user: int | None) -> _User:
    """Return the arguments of subprocess that give up root's rights for a user's; none for None."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def _child_setup(stop_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child does between fork and exec: leave no core dump, and end when its parent dies."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold personal data
        if libc is not None:
            libc.prctl(1, int(stop_signal))  # PR_SET_PDEATHSIG

    return prepare
