"""Fuzzing that follows the code that an input reaches: `python -m tests.fuzz.coverage_guided request --seconds 60`.

Needs atheris. It mutates bytes by itself, from valid messages; keys and headers are those of a valid message, so that
whatever it finds is in the value. What fails is written to the corpus of the tests.
"""

import argparse
import logging
import random
import shutil
import sys
import warnings
from pathlib import Path

import atheris

COMPILED = ("scorer.id_columns", "scorer.contributions", "scorer.shap_tables.kernel")
"""numba compiles these, and cannot read what the instrumentation adds."""

with atheris.instrument_imports(include=["contract", "scorer"], exclude=list(COMPILED)):
    from tests.fuzz.blocks import make_block
    from tests.fuzz.boundary import Boundary
    from tests.fuzz.case import CORPUS, Case, Kind
    from tests.fuzz.decoders import CHECKS
    from tests.fuzz.requests import make_request
    from tests.support.tiny_model import write_tiny_bundle

WORK = Path("build/fuzz")
"""Seeds, model, and what the fuzzer itself writes about a failure; the process ends too abruptly to remove them."""

SEEDS = 400
"""Inputs to begin with: every kind of damage that the generators know, and enough that is whole."""

LONGEST = 8_192
"""Bytes of an input at most: a few rows, and fast."""


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage_guided")
    arguments.add_argument("kind", choices=("request", "block"))
    arguments.add_argument("--seconds", type=int, default=60)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error", RuntimeWarning)  # what NumPy says of numbers that nobody foresaw
    kind = Kind(options.kind)
    seeds = WORK / kind / "seeds"
    shutil.rmtree(WORK / kind, ignore_errors=True)
    seeds.mkdir(parents=True)
    boundary = Boundary(write_tiny_bundle(WORK / kind))
    rng = random.Random(7)
    for number in range(SEEDS):
        case = make_request(rng) if kind is Kind.REQUEST else make_block(rng)
        (seeds / str(number)).write_bytes(case.value[:LONGEST])

    def one(value: bytes) -> None:
        case = Case(kind, value, b"c1" if kind is Kind.REQUEST else b"block-1")
        try:
            CHECKS[kind](case)
            boundary.check([case])
        except BaseException:
            case.save(CORPUS)
            raise

    limits = [f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", "-timeout=5", "-rss_limit_mb=2048"]
    quiet = ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={WORK / kind}/"]
    atheris.Setup([sys.argv[0], *limits, *quiet, str(seeds)], one)
    atheris.Fuzz()  # ends the process


if __name__ == "__main__":
    main()
