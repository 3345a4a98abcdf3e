"""Train a model bundle from a data set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_dataset
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from scipy.special import expit

from contract.bundle import Bundle, write_bundle
from contract.report import Leak
from contract.schema import Feature, FeatureSchema
from training.booster import predict_log_odds
from training.bundle_files import bundle_files
from training.cross_validation import FOLDS, CrossValidationResult, FittedModel, fit_and_judge
from training.dataset import Dataset, encode_dataset, take_rows
from training.errors import DataError, LeakageError
from training.hyperparameters import Hyperparameters
from training.leakage import activate_unless_leaking, find_leaks, leak_sentence
from training.metrics import compute_metrics
from training.progress import NullProgress, TrainingProgress
from training.sample import Sample
from training.shap_effects import compute_effects
from training.threshold import DEFAULT_COST_RATIO
from training.tuning import Search

STEPS = FOLDS + 3
"""Encoding, the final fit, the folds, report and card."""

MIN_ROWS = 100
MIN_ROWS_PER_CLASS = 10
"""Two of each outcome in every fold: with fewer the measures mean nothing."""

SUSPICIOUS_AUC = 0.9
"""Application and behaviour scorecards reach .65 to .85; what lies above deserves a second look in any data."""


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How to train. `models_folder` receives the bundle."""

    models_folder: Path
    hyperparameters: Hyperparameters | Search = field(default_factory=Search)
    include_sensitive: bool = False
    cost_ratio: float = DEFAULT_COST_RATIO
    activate: bool = True
    holdout: Dataset | None = None
    """Other rows with known outcomes, which take no part in training: the model is judged on them, too."""
    accept_leakage: tuple[str, ...] = ()
    """Features known to be available before the outcome, however well they rank it."""
    release_keys: tuple[str, ...] = ()
    """Of which one must have signed a bundle before it is activated, see contract.release."""


def train(dataset: Dataset, options: TrainingOptions, progress: TrainingProgress | None = None) -> Bundle:
    """Train on `dataset`, write the bundle and return it, verified.

    The same data and options give the same bytes. Raises DataError when the data cannot be trained on and LeakageError
    when the model is implausibly good; nothing is written then. Raises LeakageError, too, instead of activating a model
    of which a feature reveals the outcome almost alone, unless that was accepted; the bundle is written then.
    """
    progress = progress or NullProgress()
    progress.step("checking and encoding the data")
    check_outcomes(dataset)
    dataset = select_features(dataset, options.include_sensitive, progress)
    leaks = find_leaks(dataset.frame, dataset.schema.model_feature_names, dataset.target)
    for leak in leaks:
        progress.note(f"column {leak.feature!r} {leak_sentence(leak)}")
    contents = _contents(dataset, options, leaks, progress)
    bundle = write_bundle(options.models_folder, dataset.schema.name, contents)
    if options.activate:
        activate_unless_leaking(bundle, options.accept_leakage, options.release_keys)
    return bundle


def _contents(
    dataset: Dataset, options: TrainingOptions, leaks: Sequence[Leak], progress: TrainingProgress
) -> dict[str, bytes]:
    schema = dataset.schema
    sample = Sample(
        rows=encode_dataset(dataset),
        target=dataset.target,
        weights=dataset.weights,
        groups=dataset.groups,
        dates=dataset.dates,
    )
    fitted = fit_and_judge(schema, sample, options.hyperparameters, progress)
    cv = fitted.cross_validation
    _check_leakage(dataset, cv, progress)
    progress.step("report and model card")
    judged = take_rows(dataset, cv.judged)
    holdout = None if options.holdout is None else _judge_holdout(fitted, schema, options.holdout)
    described = bundle_files(
        dataset,
        fitted,
        judged=judged,
        probabilities=cv.oof_probabilities,
        measures=cv.metrics,
        holdout=holdout,
        effects=compute_effects(fitted.booster, schema, sample.rows, options.hyperparameters.seed),
        leaks=leaks,
        cost_ratio=options.cost_ratio,
    )
    return {"model.ubj": bytes(fitted.booster.save_raw("ubj")), **described}


def check_outcomes(dataset: Dataset) -> None:
    """Raise DataError unless both outcomes are there, and often enough to measure anything."""
    rows, defaults = len(dataset.target), int(np.sum(dataset.target))
    if defaults in (0, rows):
        which = "default" if defaults else "non-default"
        raise DataError(f"every row is a {which}: training needs both outcomes")
    if rows < MIN_ROWS:
        raise DataError(f"{rows} rows are too few: training needs at least {MIN_ROWS}")
    if min(defaults, rows - defaults) < MIN_ROWS_PER_CLASS:
        raise DataError(
            f"{defaults} defaults and {rows - defaults} non-defaults are too few: training needs at least "
            f"{MIN_ROWS_PER_CLASS} of each"
        )


def _check_leakage(dataset: Dataset, cv: CrossValidationResult, progress: TrainingProgress) -> None:
    auc, limit = cv.metrics["roc_auc"].mean, dataset.info.plausible_auc
    if auc > limit:
        raise LeakageError(
            f"the out-of-fold ROC AUC of {auc:.3f} is above {limit:.2f}, the highest plausible for this data: a "
            "feature leaks the outcome; nothing was written"
        )
    if auc > SUSPICIOUS_AUC:
        progress.note(f"a ROC AUC of {auc:.3f} is rare in credit: check that no column is known only after the outcome")


def _judge_holdout(fitted: FittedModel, schema: FeatureSchema, holdout: Dataset) -> dict[str, float]:
    if len(np.unique(holdout.target)) < 2:
        raise DataError(f"{holdout.info.title}: the hold-out data needs both outcomes")
    rows = encode_dataset(replace_dataset(holdout, schema=schema))
    return compute_metrics(holdout.target, expit(predict_log_odds(fitted.booster, schema, rows)), holdout.weights)


def select_features(dataset: Dataset, include_sensitive: bool, progress: TrainingProgress) -> Dataset:
    """Return the data set with `in_model` decided: sensitive features in if requested, constant ones out.

    A constant does not distinguish clients. Raises DataError if no feature is usable.
    """
    features = tuple(_choose(f, dataset, include_sensitive, progress) for f in dataset.schema)
    if not any(feature.in_model for feature in features):
        raise DataError("no usable feature: every column is constant, sensitive or left out")
    return replace_dataset(dataset, schema=replace(dataset.schema, features=features))


def _choose(feature: Feature, dataset: Dataset, include_sensitive: bool, progress: TrainingProgress) -> Feature:
    wanted = feature.in_model or (include_sensitive and feature.sensitive)
    if wanted and dataset.frame[feature.name].nunique(dropna=False) <= 1:
        progress.note(f"column {feature.name!r} has the same value in every row: it stays out of the model")
        wanted = False
    return replace(feature, in_model=wanted)
