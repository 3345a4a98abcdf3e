"""The sample that a model is checked and judged on, with a schema that says what the model reads."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from contract.errors import SchemaError
from contract.schema import (
    Feature,
    FeatureSchema,
    FeatureType,
    Level,
    LocalizedText,
    check_schema,
    dump_schema,
    load_schema,
)
from model_import.errors import ModelImportError
from model_import.source_model import SourceModel
from tabular.errors import TableError
from tabular.names import feature_name, feature_names
from tabular.read import read_table
from tabular.values import interpret
from training.dataset import Dataset
from training.files import load_file
from training.given import Given


def load_sample(
    source: SourceModel, sample: Path, target: str, schema: Path | None, positive_label: str | None
) -> tuple[Dataset, tuple[int, ...]]:
    """Return the sample, and for each feature of the model its place among the schema's model features.

    The schema is the given one, or inferred with the columns that the model reads as it reads them. Raises
    ModelImportError when columns and features do not fit, and DataError as training does.
    """
    if schema is None:
        features, read = _inferred(source, sample, target, positive_label)
        chosen = FeatureSchema(feature_name(sample.name.split(".")[0].lower()), tuple(features.values()))
    else:
        features, read = _given(source, schema)
        chosen = structs.replace(load_schema(schema), features=tuple(features.values()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schema.json"
        file.write_bytes(dump_schema(check_schema(chosen)))
        dataset = load_file(str(sample), Given(target=target, positive_label=positive_label), file)
    in_model = dataset.schema.model_feature_names
    return dataset, tuple(in_model.index(name) for name in read)


def _given(source: SourceModel, path: Path) -> tuple[dict[str, Feature], list[str]]:
    """Return the features of a given schema, exactly those in the model that it reads, and these in its order."""
    try:
        features = load_schema(path).by_name
    except (SchemaError, OSError) as error:
        raise ModelImportError(f"{path}: {error}") from None
    in_model = [feature.name for feature in features.values() if feature.in_model]
    if source.names is None and len(in_model) != source.ensemble.features:
        raise ModelImportError(
            f"the model reads {source.ensemble.features} features by position, and {path} has {len(in_model)} in the "
            "model: list them in the model's order"
        )
    read = in_model if source.names is None else [feature_name(name) for name in source.names]
    if absent := [name for name in read if name not in features]:
        raise ModelImportError(f"{path}: there is no feature {_listed(absent)}, which the model reads")
    return {name: structs.replace(feature, in_model=name in read) for name, feature in features.items()}, read


def _inferred(
    source: SourceModel, sample: Path, target: str, positive_label: str | None
) -> tuple[dict[str, Feature], list[str]]:
    """Return the features of the sample's columns, and those that the model reads in its order."""
    try:
        table = read_table(sample)
    except TableError as error:
        raise ModelImportError(str(error)) from None
    found = load_file(str(sample), Given(target=target, positive_label=positive_label)).schema.by_name
    columns = [column for column in table.columns if column != target]
    names = feature_names(columns)
    features = {}
    read = _columns(source, columns, sample)
    for i, column in enumerate(read):
        feature = found.get(names[column])
        features[names[column]] = _as_read(source, i, column, names[column], table.columns[column], feature)
    others = {name: structs.replace(feature, in_model=False) for name, feature in found.items() if name not in features}
    return features | others, [names[column] for column in read]


def _columns(source: SourceModel, columns: Sequence[str], sample: Path) -> list[str]:
    """Return the column of each feature of the model."""
    if source.names is None:
        if len(columns) != source.ensemble.features:
            raise ModelImportError(
                f"the model reads {source.ensemble.features} features by position, and {sample} has {len(columns)} "
                "columns besides the target: leave the others out, or name a schema with --schema"
            )
        return list(columns)
    by_name = {feature_name(column): column for column in columns} | {column: column for column in columns}
    found = [by_name.get(name, by_name.get(feature_name(name))) for name in source.names]
    if absent := [name for name, column in zip(source.names, found, strict=True) if column is None]:
        raise ModelImportError(f"{sample}: there is no column {_listed(absent)}, which the model reads")
    return [column for column in found if column is not None]


def _as_read(source: SourceModel, i: int, column: str, name: str, values: pa.Array, found: Feature | None) -> Feature:
    """Return a feature as feature i of the model reads it, with what inference found out about the column."""
    sensitive = found is not None and found.sensitive
    label = found.label if found else LocalizedText(fr=column, en=column)
    common = Feature(name=name, type=FeatureType.NUMBER, label=label, sensitive=sensitive, in_model=True)
    common = structs.replace(common, missing_allowed=values.null_count > 0 or bool(found and found.missing_allowed))
    if i in source.levels:
        return _choice(common, source.levels[i], column, values)
    if found is not None and found.type is not FeatureType.CATEGORICAL:
        return structs.replace(found, in_model=True, outside="refuse")
    numbers = _numbers(values)
    if numbers is None or not len(numbers.drop_null()):
        raise ModelImportError(
            f"the model reads numbers in column {column!r}, where the sample has none: name a schema with --schema "
            "whose levels stand in the order of the model's codes"
        )
    span = pc.min_max(numbers).as_py()
    return structs.replace(common, minimum=float(span["min"]), maximum=float(span["max"]))


def _choice(common: Feature, texts: Sequence[str] | None, column: str, values: pa.Array) -> Feature:
    if texts is None:
        numbers = _numbers(values)
        if numbers is None:
            raise ModelImportError(
                f"the model knows the categories of column {column!r} by code, the sample by text: name a schema with "
                "--schema whose levels stand in the order of the codes"
            )
        texts = [f"{code:.0f}" for code in sorted(set(numbers.drop_null().to_pylist()))]
    levels = tuple(Level(text, LocalizedText(fr=text, en=text)) for text in texts)
    return structs.replace(common, type=FeatureType.CATEGORICAL, levels=levels)


def _numbers(values: pa.Array) -> pa.Array | None:
    """Return a column as float64, None if it holds something else."""
    found = interpret(values)
    return found.values.cast(pa.float64()) if found.kind in ("number", "boolean") else None


def _listed(names: Sequence[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more
