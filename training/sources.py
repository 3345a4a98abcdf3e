"""Where training data comes from: the data sets that NeoScore brings, and files."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.errors import DataError
from training.given import Given

if TYPE_CHECKING:  # pandas takes half a second, and the command line needs names and descriptions only
    from contract.schema import FeatureSchema
    from training.dataset import Dataset


@dataclass(frozen=True)
class DataSource:
    """A data set that NeoScore brings, under the name of its feature schema.

    The functions are named as `module:function` and imported on first use.
    """

    name: str
    description: str
    """One line of Markdown for the documentation: rows, who is described, source and licence."""
    loader: str
    """`load() -> Dataset`, or `load(rows, seed) -> Dataset` if the data is generated."""
    schema: str
    """`schema() -> FeatureSchema`, without the data."""
    generated: bool = False
    """Whether the clients are drawn at random, as many as wanted."""

    def load(self, rows: int | None = None, seed: int | None = None) -> "Dataset":
        """Return the data set; `rows` and `seed` are for generated data. Raises DataError if a file was altered."""
        given = {"rows": rows, "seed": seed} if self.generated else {}
        dataset: Dataset = _function(self.loader)(**{name: value for name, value in given.items() if value is not None})
        return dataset

    def load_schema(self) -> "FeatureSchema":
        """Return the feature schema."""
        schema: FeatureSchema = _function(self.schema)()
        return schema


DATA_SOURCES = {
    source.name: source
    for source in (
        DataSource(
            "uci-credit-default",
            "30,000 credit card clients in Taiwan, 2005 (Yeh 2009, "
            "[doi:10.24432/C55S3H](https://doi.org/10.24432/C55S3H), CC BY 4.0)",
            "training.uci:load_uci",
            "training.uci:uci_schema",
        ),
        DataSource(
            "german-credit",
            "1,000 applicants of a German bank, about 1974 (Hofmann 1994, "
            "[doi:10.24432/C5NC77](https://doi.org/10.24432/C5NC77), CC BY 4.0): small, and other features, "
            "mostly categories",
            "training.german:load_german",
            "training.german:german_schema",
        ),
        DataSource(
            "synthetic",
            "clients drawn at random, `--rows` of them (30,000), with the published aggregates of a retail lender; no "
            "model can reach a ROC AUC above 0.775",
            "training.synthetic:generate",
            "training.synthetic:synthetic_schema",
            generated=True,
        ),
    )
}
"""Name → data source. The command line, the local stack and the documentation read it: a new source is one entry."""

DEFAULT_SOURCE = next(iter(DATA_SOURCES))


def source_names() -> str:
    """Return the names of all data sources, for help and error texts."""
    return ", ".join(f"`{name}`" for name in DATA_SOURCES)


def load_dataset(
    data: str = DEFAULT_SOURCE,
    schema_path: Path | None = None,
    *,
    given: Given | None = None,
    rows: int | None = None,
    seed: int | None = None,
) -> "Dataset":
    """Return the data set `data`: a name of `DATA_SOURCES` or the path of a file.

    `rows` and `seed` are for generated data. `given` is what is known of a file's columns, at least the outcome's name;
    without `schema_path` the schema is inferred. Raises DataError.
    """
    if data in DATA_SOURCES:
        return DATA_SOURCES[data].load(rows, seed)
    if given is None or given.target is None:
        raise DataError(f"{data}: name the column that holds the outcome with --target")
    from training.files import load_file

    return load_file(data, given, schema_path)


def _function(reference: str) -> Callable[..., Any]:
    module, name = reference.split(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
