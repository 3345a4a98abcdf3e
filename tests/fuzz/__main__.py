"""A long session at the worker's boundary: `python -m tests.fuzz --inputs 1000000 --seed 7`.

Inputs that fail are written to the corpus; the session goes on and says at its end what it did.
"""

import argparse
import faulthandler
import itertools
import logging
import os
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.fuzz.blocks import make_block, register
from tests.fuzz.boundary import Boundary
from tests.fuzz.case import CORPUS, Case
from tests.fuzz.requests import make_request
from tests.support.tiny_model import write_tiny_bundle

BLOCK_EVERY = 4
"""One input in so many is a block: it costs as much as several requests."""

MOST_FAILURES = 20
"""More of them are likely the same one."""

SLOW_SECONDS = 1.0
"""Processor time of an input and its judgement; more could hold up a worker."""


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    arguments.add_argument("--inputs", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=None, help="[default: another one each time]")
    options = arguments.parse_args()
    seed = random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    faulthandler.enable()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error", RuntimeWarning)  # what NumPy says of numbers that nobody foresaw
    register()
    say(f"seed {seed}, {options.inputs:,} inputs")
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Boundary(write_tiny_bundle(Path(folder))), random.Random(seed))
        session.run(options.inputs)
    session.report()
    return 1 if session.failures else 0


def say(text: str) -> None:
    """Print a line at once: a session is long."""
    print(text, flush=True)  # noqa: T201


class Session:
    """Makes inputs, has them answered and judged, and counts."""

    def __init__(self, boundary: Boundary, rng: random.Random) -> None:
        self.failures: Counter[str] = Counter()
        self._boundary, self._rng = boundary, rng
        self._told: Counter[str] = Counter()
        self._inputs = 0
        self._slowest = 0.0
        self._seconds = 0.0
        self._last = Path(tempfile.gettempdir()) / f"neoscore-fuzz-{os.getpid()}"
        self._last_input = self._last.open("wb", buffering=0)

    def run(self, inputs: int) -> None:
        """Go on until so many inputs were answered, or too many failed."""
        begun = time.monotonic()
        for turn in itertools.count():
            if self._inputs >= inputs or self.failures.total() >= MOST_FAILURES:
                break
            cases = [make_block(self._rng)] if turn % BLOCK_EVERY == 0 else self._requests()
            self._try(cases)
            self._inputs += len(cases)
            if turn % 20_000 == 0 and turn:
                say(f"  {self._inputs:,} inputs, {self._inputs / (time.monotonic() - begun):,.0f}/s")
        self._seconds = time.monotonic() - begun

    def _requests(self) -> list[Case]:
        return [make_request(self._rng) for _ in range(self._rng.randint(1, 5))]

    def _try(self, cases: list[Case]) -> None:
        # A crash of native code leaves no exception: the input then lies there.
        self._last_input.seek(0)
        self._last_input.write(b"\n".join(case.value for case in cases))
        self._last_input.truncate()
        began = time.process_time()  # a busy machine makes nothing slow
        try:
            self._told.update(self._boundary.check(cases))
        except Exception as error:
            self._keep(cases, error)
        took = time.process_time() - began
        self._slowest = max(self._slowest, took)
        if took > SLOW_SECONDS:
            self._keep(cases, TimeoutError(f"{took:.1f} s"))

    def _keep(self, cases: list[Case], error: Exception) -> None:
        """Find which of the inputs it is, and write it to the corpus."""
        guilty = [case for case in cases if self._fails(case)] or cases
        for case in guilty:
            say(f"  {type(error).__name__}: {str(error)[:200]}: {case.save(CORPUS)}")
        self.failures[type(error).__name__] += 1

    def _fails(self, case: Case) -> bool:
        try:
            self._boundary.check([case])
        except Exception:
            return True
        return False

    def report(self) -> None:
        """Say what was done."""
        self._last_input.close()
        self._last.unlink()
        rate = self._inputs / self._seconds
        say(f"{self._inputs:,} inputs in {self._seconds:.0f} s ({rate:,.0f}/s), slowest {self._slowest * 1e3:.0f} ms")
        for what, count in self._told.most_common():
            say(f"  {count:>10,}  {what}")
        say(f"{self.failures.total()} failures {dict(self.failures) or ''}")


if __name__ == "__main__":
    sys.exit(main())
