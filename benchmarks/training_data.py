"""Credit files of each kind: those that NeoScore brings, and made-up ones whose outcomes are drawn from a known PD."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from training.dataset import Dataset, DatasetInfo, encode_dataset
from training.sample import Sample
from training.sources import load_dataset

MadeUp = tuple[pd.DataFrame, NDArray[np.float64]]
"""Features, and the log-odds that the outcomes are drawn with."""


@dataclass(frozen=True)
class CreditFile:
    """A file to train on."""

    name: str
    make: Callable[[np.random.Generator], MadeUp] | None = None
    """None: one that NeoScore brings."""

    def load(self) -> tuple[FeatureSchema, Sample]:
        """Return the schema and the encoded rows, the same ones every time."""
        dataset = load_dataset(self.name) if self.make is None else _drawn(self.name, self.make)
        return dataset.schema, Sample(rows=encode_dataset(dataset), target=dataset.target)


def _drawn(name: str, make: Callable[[np.random.Generator], MadeUp]) -> Dataset:
    rng = np.random.default_rng(sum(map(ord, name)))
    frame, log_odds = make(rng)
    return Dataset(
        schema=FeatureSchema(name, tuple(_feature(column, frame[column]) for column in frame)),
        frame=frame,
        target=(rng.random(len(frame)) < expit(log_odds)).astype(np.int8),
        customer_numbers=[str(row) for row in range(len(frame))],
        info=DatasetInfo(title=name, population="made up", licence="none"),
    )


def _feature(name: str, column: pd.Series) -> Feature:
    label = LocalizedText(en=name)
    if column.dtype.kind == "f":
        return Feature(
            name=name,
            type=FeatureType.NUMBER,
            label=label,
            minimum=float(column.min()),
            maximum=float(column.max()),
            missing_allowed=True,
        )
    levels = tuple(Level(value, LocalizedText(en=value)) for value in sorted(column.unique()))
    return Feature(name=name, type=FeatureType.CATEGORICAL, label=label, levels=levels)


def wide(rng: np.random.Generator) -> MadeUp:
    """3,000 × 117: a few causes behind many columns, noise, and a twelfth of the values missing."""
    rows, columns, causes = 3_000, 117, rng.normal(size=(3_000, 8))
    x = causes @ rng.normal(size=(8, columns)) * 0.5 + rng.normal(size=(rows, columns))
    x[:, ::3] = np.exp(x[:, ::3] * 0.5)
    x[:, ::5] = x[:, ::5].round()
    log_odds = 0.5 * causes[:, 0] - 0.4 * causes[:, 1] + 0.4 * np.tanh(x[:, 2]) + 0.3 * (x[:, 4] > 0) * x[:, 7] - 1.2
    x[rng.random(x.shape) < 0.08] = np.nan
    return pd.DataFrame(x, columns=[f"v{i}" for i in range(columns)]), log_odds


def loans(rng: np.random.Generator) -> MadeUp:
    """28,000 × 11: consumer loans decided by interactions of home, income, purpose and burden."""
    rows = 28_000
    income = np.exp(rng.normal(10.9, 0.6, rows)).round()
    home = rng.choice(["RENT", "MORTGAGE", "OWN", "OTHER"], rows, p=[0.5, 0.41, 0.08, 0.01])
    purpose = rng.choice(["EDUCATION", "MEDICAL", "VENTURE", "PERSONAL", "DEBT", "HOME"], rows)
    grade = rng.choice(7, rows, p=[0.33, 0.32, 0.2, 0.11, 0.03, 0.007, 0.003])
    amount = (np.exp(rng.normal(9, 0.6, rows)) / 25).round() * 25
    burden, years = (amount / income).round(2), rng.gamma(1.3, 3.5, rows).round()
    renting, borrowing = home == "RENT", np.isin(purpose, ["DEBT", "MEDICAL"])
    log_odds = (
        -4.2
        + 3.3 * (grade >= 3)
        + 2.8 * (burden > 0.3) * renting
        + 4.5 * renting * (income < 35_000) * (grade < 3) * (purpose != "VENTURE")
        - 6 * (home == "OWN") * (grade < 3)
        + 2.2 * (burden > 0.25) * (home == "MORTGAGE") * np.isin(purpose, ["DEBT", "HOME"])
        + 1.8 * renting * (burden > 0.2) * (income < 60_000) * borrowing
        + 0.7 * (years < 2)
    )
    frame = pd.DataFrame(
        {
            "age": 20 + rng.gamma(2, 4, rows).round(),
            "income": income,
            "home": home,
            "years": years,
            "purpose": purpose,
            "grade": np.array(list("ABCDEFG"))[grade],
            "amount": amount,
            "rate": (6 + 2.4 * grade + rng.normal(0, 1, rows)).round(2),
            "burden": burden,
            "earlier_default": np.where(rng.random(rows) < 0.1 + 0.2 * (grade >= 2), "Y", "N"),
            "history": rng.integers(2, 18, rows).astype(float),
        }
    )
    return frame, log_odds


def choices(rng: np.random.Generator) -> MadeUp:
    """10,000 × 12: seven choices of up to 40 levels without order, and five numbers."""
    rows, log_odds = 10_000, np.full(10_000, -1.8)
    columns: dict[str, NDArray[np.generic]] = {}
    for i, levels in enumerate((40, 30, 20, 12, 8, 5, 3)):
        level = rng.integers(0, levels, rows)
        log_odds += rng.normal(0, 0.5, levels)[level]
        columns[f"c{i}"] = np.array([f"L{j:02d}" for j in range(levels)])[level]
    numbers = rng.normal(size=(5, rows)).round(2)
    columns |= {f"x{i}": values for i, values in enumerate(numbers)}
    return pd.DataFrame(columns), log_odds + 0.5 * numbers[0] + 0.4 * np.abs(numbers[1])


def rare(rng: np.random.Generator) -> MadeUp:
    """20,000 × 25: 2 % of defaults, and most columns noise."""
    x = rng.normal(size=(20_000, 25)).round(2)
    log_odds = -4.6 + 0.8 * x[:, 0] + 0.6 * (x[:, 1] > 1) + 0.5 * x[:, 2] * x[:, 3]
    return pd.DataFrame(x, columns=[f"v{i}" for i in range(25)]), log_odds


def additive(rng: np.random.Generator) -> MadeUp:
    """6,000 × 15: each feature moves the PD one way, as in a scorecard; a fifth of the values missing."""
    x = rng.normal(size=(6_000, 15))
    log_odds = -1.5 + np.tanh(x) @ (rng.choice([-1, 1], 15) * np.linspace(0.9, 0.05, 15))
    x[rng.random(x.shape) < 0.2] = np.nan
    return pd.DataFrame(x.round(3), columns=[f"v{i}" for i in range(15)]), log_odds


CREDIT_FILES = (
    CreditFile("german-credit"),
    CreditFile("wide", wide),
    CreditFile("additive", additive),
    CreditFile("choices", choices),
    CreditFile("loans", loans),
    CreditFile("rare", rare),
    CreditFile("uci-credit-default"),
)
