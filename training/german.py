"""Statlog German Credit (Hofmann 1994): 1,000 applicants, 300 of them bad; a second bank with other features."""

import numpy as np

from training.dataset import About, Dataset
from training.german_schema import german_schema
from training.shipped import read_shipped, schema_columns

FILE = "german_credit.csv.gz"
SHA256 = "23d46f4c302d4bc43f09573a7bb4c0caa4d65efa6d4b433a74d679698566beed"
"""Of the CSV inside the archive."""
TARGET, BAD = "creditability", "bad"

ABOUT = About(
    title="Statlog German Credit Data (UCI Machine Learning Repository)",
    population="1,000 applicants of a German bank, about 1974; amounts in DM. A default is an applicant whom the bank "
    "recorded as a bad risk; bad ones were drawn more often than they occur (300 of 1,000).",
    licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
    citation="Hofmann, H. (1994). Statlog (German Credit Data). UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C5NC77",
    plausible_auc=0.84,
)


def load_german() -> Dataset:
    """Return the data set. Raises DataError when the shipped file was altered."""
    raw = read_shipped(FILE, SHA256)
    schema = german_schema()
    return Dataset(
        schema=schema,
        frame=schema_columns(raw, schema),
        target=(raw[TARGET] == BAD).to_numpy(np.int8),
        customer_numbers=[f"G{number:04d}" for number in range(1, len(raw) + 1)],
        about=ABOUT,
    )
