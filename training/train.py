"""Train a model bundle from a data set."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from contract.bundle import Bundle, Metrics, activate, write_bundle
from contract.schema import write_schema
from training.baseline import describe
from training.booster import Hyperparameters, fit
from training.card import write_card
from training.dataset import Dataset
from training.effects import explain
from training.encode import encode_dataset
from training.errors import DataError, LeakageError
from training.features import choose_features
from training.progress import Progress, Silent
from training.report import report
from training.threshold import DEFAULT_COST_RATIO, choose_threshold
from training.validation import FOLDS, OutOfFold, cross_validate

STEPS = FOLDS + 3
"""Encoding, the folds, the final fit, report and card."""

LEAST_ROWS = 100
LEAST_PER_OUTCOME = 10
"""Two of each outcome in every fold: with fewer the measures mean nothing."""

SUSPICIOUS_AUC = 0.9
"""Application and behaviour scorecards reach .65 to .85; what lies above deserves a second look in any data."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to train. `models_folder` receives the bundle."""

    models_folder: Path
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)
    include_sensitive: bool = False
    cost_ratio: float = DEFAULT_COST_RATIO
    activate: bool = True


def train(dataset: Dataset, options: Options, progress: Progress | None = None) -> Bundle:
    """Train on `dataset`, write the bundle and return it, verified.

    The same data and options give the same bytes. Raises DataError when the data cannot be trained on and LeakageError
    when the model is implausibly good; nothing is written then.
    """
    progress = progress or Silent()
    progress.step("checking and encoding the data")
    _check_outcomes(dataset)
    dataset = choose_features(dataset, options.include_sensitive, progress)
    contents = _contents(dataset, options, progress)
    bundle = write_bundle(options.models_folder, dataset.schema.name, contents)
    if options.activate:
        activate(options.models_folder, bundle.ref.version)
    return bundle


def _contents(dataset: Dataset, options: Options, progress: Progress) -> dict[str, bytes]:
    schema, shape = dataset.schema, options.hyperparameters
    rows = encode_dataset(dataset)
    judged = cross_validate(schema, rows, dataset.target, shape, lambda fold: progress.step(f"fold {fold} of {FOLDS}"))
    _check_leakage(dataset, judged, progress)
    progress.step("final fit on all rows")
    booster = fit(schema, rows, dataset.target, shape)
    progress.step("report and model card")
    metrics = _metrics(dataset, judged, options.cost_ratio)
    told = report(dataset, judged.pd, metrics.threshold, explain(booster, schema, rows, shape.seed))
    return {
        "model.ubj": bytes(booster.save_raw("ubj")),
        "schema.json": write_schema(schema),
        "metrics.json": _json(metrics),
        "baseline.json": _json(describe(dataset, judged.pd)),
        "report.json": msgspec.json.encode(told) + b"\n",
        "card.md": write_card(dataset, shape, metrics, told).encode(),
    }


def _check_outcomes(dataset: Dataset) -> None:
    rows, defaults = len(dataset.target), int(np.sum(dataset.target))
    if defaults in (0, rows):
        which = "default" if defaults else "good client"
        raise DataError(f"every row is a {which}: training needs both outcomes")
    if rows < LEAST_ROWS:
        raise DataError(f"{rows} rows are too few: training needs at least {LEAST_ROWS}")
    if min(defaults, rows - defaults) < LEAST_PER_OUTCOME:
        raise DataError(
            f"{defaults} defaults and {rows - defaults} good clients are too few: training needs at least "
            f"{LEAST_PER_OUTCOME} of each"
        )


def _check_leakage(dataset: Dataset, judged: OutOfFold, progress: Progress) -> None:
    auc, limit = judged.spreads["roc_auc"].mean, dataset.about.plausible_auc
    if auc > limit:
        raise LeakageError(
            f"the out-of-fold ROC AUC of {auc:.3f} is above {limit:.2f}, the best that honest features of this data "
            "can reach: a feature gives the outcome away; nothing was written"
        )
    if auc > SUSPICIOUS_AUC:
        progress.note(f"a ROC AUC of {auc:.3f} is rare in credit: check that no column is known only after the outcome")


def _metrics(dataset: Dataset, judged: OutOfFold, cost_ratio: float) -> Metrics:
    threshold = choose_threshold(dataset.target, judged.pd, cost_ratio)
    return Metrics(
        **judged.spreads,
        threshold=threshold.value,
        cost_ratio=cost_ratio,
        expected_cost=threshold.expected_cost,
        rows=len(dataset.target),
        default_rate=float(np.mean(dataset.target)),
    )


def _json(content: Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
