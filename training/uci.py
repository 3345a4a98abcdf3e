"""UCI "Default of Credit Card Clients" (Yeh 2009), 30,000 clients, 6,636 defaults."""

import numpy as np

from training.dataset import About, Dataset
from training.shipped import read_shipped, schema_columns
from training.uci_schema import uci_schema

FILE = "uci_default_credit_card.csv.gz"
SHA256 = "f7b7d22d1f8dd27dadb25d4b78d8a4ae7c441ab6cc12d1ea58c0efc54d4d1788"
"""Of the CSV inside the archive."""
TARGET = "default.payment.next.month"

ABOUT = About(
    title="Default of Credit Card Clients (UCI Machine Learning Repository)",
    population="30,000 holders of a credit card of a Taiwanese bank, April to September 2005; amounts in NT$. "
    "A default is the next month's payment missed.",
    licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
    citation="Yeh, I.-C. (2009). Default of Credit Card Clients. UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C55S3H",
    plausible_auc=0.80,
)


def load_uci() -> Dataset:
    """Return the data set. Raises DataError when the shipped file was altered."""
    raw = read_shipped(FILE, SHA256)
    schema = uci_schema()
    return Dataset(
        schema=schema,
        frame=schema_columns(raw, schema),
        target=raw[TARGET].to_numpy(np.int8),
        customer_numbers=raw["ID"].astype(str).tolist(),
        about=ABOUT,
    )
