"""Data sets that are shipped with the package, verified before they are used."""

import gzip
import hashlib
import io
from importlib import resources

import pandas as pd

from contract.schema import FeatureSchema, FeatureType
from training.errors import DataError


def read_shipped(file: str, sha256: str) -> pd.DataFrame:
    """Return a table of `training/data`; `sha256` is the CSV's inside. Raises DataError when the file was altered."""
    packed = resources.files("training").joinpath("data", file).read_bytes()
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError):
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DataError(f"training/data/{file} is not the published file (SHA-256 differs): install NeoScore again")
    return pd.read_csv(io.BytesIO(content), keep_default_na=False)


def schema_columns(table: pd.DataFrame, schema: FeatureSchema) -> pd.DataFrame:
    """Return the schema's columns: numbers as float64, choices as text."""
    kinds = {f.name: "str" if f.type is FeatureType.CATEGORICAL else "float64" for f in schema}
    return table[list(kinds)].astype(kinds)
