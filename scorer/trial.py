"""Trying a model out in a process of its own: one that ends the process that reads it ends no other."""

import sys
from collections.abc import Collection
from pathlib import Path

from contract.bundle import load_bundle
from contract.errors import IsolationError
from contract.isolation import run_isolated, serve_isolated
from scorer.errors import ModelLoadError, ScorerError


def try_out(path: Path, trusted: Collection[str]) -> None:
    """Load a bundle's model and score a row with it, apart from this process. Raises ModelLoadError.

    `trusted`: release keys, see contract.release.
    """
    try:
        run_isolated("scorer.trial", str(path), *trusted)
    except IsolationError as reason:
        text = str(reason)
        raise ModelLoadError(text if str(path) in text else f"{path}: the model cannot be used: {text}") from None


def _load(_: bytes) -> bytes:
    from scorer.engine import Engine

    Engine(load_bundle(Path(sys.argv[1]), sys.argv[2:]))
    return b""


if __name__ == "__main__":
    serve_isolated(_load, ScorerError)
