"""A stack in a process of its own, which outlives the command that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import typer

from contract.settings import settings
from stack.errors import ServiceFailedError, StackAlreadyRunningError
from stack.launch import StackOptions
from stack.local.process import STOP_SECONDS
from stack.state import StackState, is_running, read_state

POLL_SECONDS = 0.1

FORCE_SECONDS = 3 * STOP_SECONDS
"""Workers, dashboard and broker each get their own time to stop in order, one after the other."""


def start_detached(options: StackOptions, *, reuse_running: bool = False) -> StackState:
    """Start a stack, show its progress until it is ready, and return what runs where.

    With `reuse_running`, return one that is ready already instead. Raises StackAlreadyRunningError or
    ServiceFailedError.
    """
    folder = settings().run_folder
    if is_running(folder):
        state = read_state(folder)
        if reuse_running and state and state.ready:
            return state
        raise StackAlreadyRunningError(
            f"a stack runs already in {folder.parent}; `neoscore status` shows it, `neoscore down` stops it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
    try:
        return _wait_until_ready(process, folder, log)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def stop_stack(folder: Path) -> bool:
    """Stop the stack of this folder, wait until it is gone, and return whether there was one."""
    if not is_running(folder):
        return False
    state = read_state(folder)
    if state is None:
        raise ServiceFailedError(f"a stack is just starting or ending in {folder.parent}; try again in a moment")
    os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + FORCE_SECONDS
    while is_running(folder):
        if time.monotonic() > deadline:
            os.kill(state.pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    return True


def _command(options: StackOptions) -> list[str]:
    asked = ["--workers", str(options.workers), "--broker", options.broker, "--database", options.database]
    if options.clients:
        asked += ["--clients", str(options.clients.absolute())]
    if options.customer_number:
        asked += ["--customer-number", options.customer_number]
    return [sys.executable, "-m", "stack.cli", "up", *asked, "--no-browser"]


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path, log: Path) -> StackState:
    with log.open("rb") as output:
        while process.poll() is None:
            _forward_output(output)
            state = read_state(folder)
            if state and state.ready and state.pid == process.pid:
                return state
            time.sleep(POLL_SECONDS)
        _forward_output(output)
    raise ServiceFailedError(f"the stack did not start (exit code {process.returncode}); its log is {log}")


def _forward_output(output: BinaryIO) -> None:
    typer.echo(output.read().decode(errors="replace"), nl=False, err=True)
