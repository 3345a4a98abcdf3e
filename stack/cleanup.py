"""What a stack leaves behind when it is killed, and its removal."""

import contextlib
import os
import signal
import tempfile
from pathlib import Path

import psutil

from stack.local.scratch import memory_folder, remove_stale
from stack.state import ProcessInfo, read_state, remove_state

START_TIME_TOLERANCE_SECONDS = 1.0
"""A process that started at another time only has the number of ours."""


def clean_up(run_folder: Path) -> list[str]:
    """End the recorded processes that still run, remove dead owners' data, and return the names of those ended.

    Only for a folder in which no stack runs.
    """
    state = read_state(run_folder)
    ended = [process.name for process in state.processes if _kill_if_ours(process)] if state else []
    for folder in {memory_folder(), Path(tempfile.gettempdir()), Path("/var/tmp")}:  # noqa: S108 - looks for our names
        remove_stale(folder)
    remove_state(run_folder)
    return ended


def _kill_if_ours(process: ProcessInfo) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
        found = psutil.Process(process.pid)
        if abs(found.create_time() - process.started) < START_TIME_TOLERANCE_SECONDS:
            os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(psutil.TimeoutExpired):
                found.wait(5)
            return True
    return False
