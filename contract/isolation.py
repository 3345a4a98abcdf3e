"""Files that could crash the library that reads them are read in a child process first, with limits."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable

from contract.errors import ContractError, IsolationError

SECONDS = 120
"""Processor time, and time in all: the largest model that a worker can serve is ready within a minute."""

MEMORY_BYTES = 4 << 30
"""Data of the child at most: the largest model and its tables need a quarter of it."""

SENTENCE = 4
"""Exit code of a child that says on standard error what is wrong; Python's own codes are 1 and 2."""

MAX_SENTENCE = 500
"""Characters of it that are shown."""


def run_isolated(module: str, *arguments: str, given: bytes = b"") -> bytes:
    """Run a module that calls `serve_isolated` in a child process, and return what it answers.

    Raises IsolationError that says what was wrong with the file, or how the child ended.
    """
    one_thread = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module, *arguments],
            input=given,
            capture_output=True,
            env=os.environ | one_thread,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise IsolationError(f"reading it took more than {SECONDS} s") from None
    if done.returncode == SENTENCE:
        raise IsolationError(done.stderr.decode(errors="replace").strip()[-MAX_SENTENCE:])
    if done.returncode < 0:
        raise IsolationError(f"it ended the process that read it ({signal.Signals(-done.returncode).name})")
    if done.returncode != 0:
        raise IsolationError(f"the process that read it failed with exit code {done.returncode}")
    return done.stdout


def serve_isolated(work: Callable[[bytes], bytes], *expected: type[Exception]) -> None:
    """Answer standard input on standard output, within the limits, and exit.

    An expected error, or one of the contract's, is a sentence already; of any other only the type is said.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # a system without these, or with tighter ones
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    sentences: tuple[type[Exception], ...] = (ContractError, *expected)
    try:
        answer = work(sys.stdin.buffer.read())
    except sentences as error:
        _end(str(error))
    except Exception as error:
        _end(f"reading it failed ({type(error).__name__})")
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    os._exit(0)  # a library that read a damaged file is not asked to clean up


def _end(sentence: str) -> None:
    sys.stderr.write(sentence)
    sys.stderr.flush()
    os._exit(SENTENCE)
