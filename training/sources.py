"""Where training data comes from: one door for the shipped sets, the generator and files."""

from pathlib import Path
from typing import TYPE_CHECKING

from training.errors import DataError

if TYPE_CHECKING:  # pandas takes half a second, and the command line asks only for the names below
    from training.dataset import Dataset

UCI = "uci-credit-default"
GERMAN = "german-credit"
SYNTHETIC = "synthetic"
BUILT_IN = (UCI, GERMAN, SYNTHETIC)


def load_dataset(
    data: str = UCI,
    target: str | None = None,
    schema_path: Path | None = None,
    *,
    positive_label: str | None = None,
    rows: int | None = None,
    seed: int | None = None,
) -> "Dataset":
    """Return the data set `data`: one of `BUILT_IN` (`rows` and `seed` are for `synthetic`), or the path of a file.

    A file needs `target`, the name of its outcome column; `positive_label` says which outcome is a default; without
    `schema_path` the schema is guessed. Raises DataError with one sentence.
    """
    if data == UCI:
        from training.uci import load_uci

        return load_uci()
    if data == GERMAN:
        from training.german import load_german

        return load_german()
    if data == SYNTHETIC:
        from training.synthetic import DEFAULT_ROWS, DEFAULT_SEED, generate

        return generate(rows or DEFAULT_ROWS, DEFAULT_SEED if seed is None else seed)
    if target is None:
        raise DataError(f"{data}: name the column that holds the outcome with --target")
    from training.files import load_file

    return load_file(Path(data), target, schema_path, positive_label)
