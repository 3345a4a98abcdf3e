"""Which features of a data set the model reads."""

from dataclasses import replace as replace_dataset

from msgspec.structs import replace

from contract.schema import Feature
from training.dataset import Dataset
from training.errors import DataError
from training.progress import Progress


def choose_features(dataset: Dataset, include_sensitive: bool, progress: Progress) -> Dataset:
    """Return the data set with `in_model` settled: sensitive features in if asked for, constant ones out.

    A constant cannot tell one client from another. Raises DataError when no feature is left.
    """
    features = tuple(_choose(f, dataset, include_sensitive, progress) for f in dataset.schema)
    if not any(feature.in_model for feature in features):
        raise DataError("no feature is left for the model: every column is constant, sensitive or left out")
    return replace_dataset(dataset, schema=replace(dataset.schema, features=features))


def _choose(feature: Feature, dataset: Dataset, include_sensitive: bool, progress: Progress) -> Feature:
    wanted = feature.in_model or (include_sensitive and feature.sensitive)
    if wanted and dataset.frame[feature.name].nunique(dropna=False) <= 1:
        progress.note(f"column {feature.name!r} has the same value in every row: it stays out of the model")
        wanted = False
    return replace(feature, in_model=wanted)
