"""Where training data comes from: one door for the shipped set, the generator and files."""

from pathlib import Path

from training.dataset import Dataset
from training.errors import DataError

UCI = "uci-credit-default"
SYNTHETIC = "synthetic"


def load_dataset(
    data: str = UCI,
    target: str | None = None,
    schema_path: Path | None = None,
) -> Dataset:
    """Return the data set `data`: `uci-credit-default`, or `synthetic`, or a file.

    Raises DataError with one sentence.
    """
    if data == UCI:
        from training.uci import load_uci

        return load_uci()
    raise DataError(f"{data}: no such data set")
