"""Cross-validation: every row is judged by a model that never saw it, nor did the search for that model's shape."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray
from scipy.special import expit

from contract.bundle import CrossValidatedMetric
from contract.schema import FeatureSchema
from training.booster import fit, predict_log_odds
from training.calibration import Adjustment, adjusted, fit_adjustment, needed_adjustment
from training.hyperparameters import Hyperparameters
from training.metrics import METRIC_NAMES, compute_metrics
from training.progress import TrainingProgress
from training.sample import Rows, Sample, split
from training.tuning import Search, SearchControl, find_shape

FOLDS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CrossValidationResult:
    """PDs out of fold, and each measure's spread over the folds."""

    judged: Rows
    """The rows that were judged, in order: all of them, or with dates those after the first period."""
    oof_probabilities: Floats
    """Of the judged rows, adjusted if the model is."""
    metrics: dict[str, CrossValidatedMetric]
    metrics_before: dict[str, CrossValidatedMetric] | None
    """The measures without the adjustment; None if there is none."""


@dataclass(frozen=True)
class FittedModel:
    """A model of all rows, and how the same way of making one was judged."""

    booster: xgb.Booster
    hyperparameters: Hyperparameters
    adjustment: Adjustment | None
    cross_validation: CrossValidationResult


def fit_and_judge(
    schema: FeatureSchema, sample: Sample, wanted: Hyperparameters | Search, progress: TrainingProgress
) -> FittedModel:
    """Fit a model to all rows, and one to each fold, as many at once as there are cores.

    A search is repeated for each of them on its own rows only: so the measures are honest about the choice, too.
    Ctrl-C ends trials, and the model is made from the best shape so far; a second one, or one without trials, ends
    training. Raises DataError when the rows cannot be divided.
    """
    pairs = split(sample, FOLDS, wanted.seed)
    workers = min(os.cpu_count() or 1, FOLDS + 1)
    work = _Work(schema, wanted, progress, SearchControl(), workers)
    with ThreadPoolExecutor(workers) as pool:
        final = pool.submit(work.fit, sample, "fit to all rows", show_trials=True)
        folds = [
            pool.submit(work.judge, sample, pair, f"fold {number} of {FOLDS}")
            for number, pair in enumerate(pairs, start=1)
        ]
        try:
            _wait([final, *folds], work)
        except BaseException:
            work.control.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    result, adjustment = _judgement(sample, [test for _, test in pairs], [fold.result() for fold in folds])
    booster, shape = final.result()
    if adjustment is not None:
        booster = adjusted(booster, adjustment)
    return FittedModel(booster, shape, adjustment, result)


@dataclass(frozen=True)
class _Work:
    """What each of the fits has in common."""

    schema: FeatureSchema
    wanted: Hyperparameters | Search
    progress: TrainingProgress
    control: SearchControl
    workers: int

    def fit(self, sample: Sample, what: str, *, show_trials: bool = False) -> tuple[xgb.Booster, Hyperparameters]:
        self.progress.step(what)
        shape = self.wanted
        if isinstance(shape, Search):
            shape = find_shape(self.schema, sample, shape, self._control_of(shape, show_trials))
        return fit(self.schema, sample, shape), shape

    def judge(self, sample: Sample, pair: tuple[Rows, Rows], what: str) -> Floats:
        train, test = pair
        booster, _ = self.fit(sample.take(train), what)
        return predict_log_odds(booster, self.schema, sample.rows[test])

    def _control_of(self, search: Search, show_trials: bool) -> SearchControl:
        deadline = None
        if search.minutes is not None:
            deadline = time.monotonic() + search.minutes * 60 * self.workers / (FOLDS + 1)
        on_trial: Callable[[int, float], None] = self._show_trial if show_trials else self.control.on_trial
        return SearchControl(self.control.stop, deadline, on_trial)

    def _show_trial(self, number: int, loss: float) -> None:
        self.progress.detail(f"trial {number}, best log loss {loss:.4f}")


def _wait(running: Sequence["Future[Any]"], work: _Work) -> None:
    try:
        for future in running:
            future.result()
    except KeyboardInterrupt:
        if not (isinstance(work.wanted, Search) and work.wanted.has_trials):
            raise
        work.control.stop.set()
        work.progress.note("interrupted: no further trials, the model is made from the best shape so far")
        for future in running:
            future.result()


def _judgement(
    sample: Sample, tests: Sequence[Rows], log_odds: Sequence[Floats]
) -> tuple[CrossValidationResult, Adjustment | None]:
    """Return the result and the adjustment that the model needs.

    Each fold's PDs are adjusted as the other folds say: with dates, as the earlier ones say.
    """
    rows, raw = np.concatenate(tests), np.concatenate(log_odds)
    fold = np.repeat(np.arange(len(tests)), [len(test) for test in tests])
    outcomes = sample.take(rows)
    adjustment = needed_adjustment(outcomes.outcomes, raw, outcomes.weights)
    before, after = _measures(outcomes, fold, raw), None
    if adjustment is not None:
        moved = raw.copy()
        for number in range(len(tests)):
            others = fold < number if sample.dates is not None else fold != number
            if others.any():
                known = outcomes.take(np.flatnonzero(others))
                moved[fold == number] = fit_adjustment(known.outcomes, raw[others], known.weights).apply(
                    raw[fold == number]
                )
        after = _measures(outcomes, fold, moved)
        if after["log_loss"].mean >= before["log_loss"].mean:
            adjustment, after = None, None
        else:
            raw = moved
    order = np.argsort(rows, kind="stable")
    result = CrossValidationResult(
        rows[order], expit(raw[order]), after or before, before if after is not None else None
    )
    return result, adjustment


def _measures(sample: Sample, fold: NDArray[np.int64], log_odds: Floats) -> dict[str, CrossValidatedMetric]:
    per_fold = []
    for number in range(fold.max() + 1):
        chosen = np.flatnonzero(fold == number)
        part = sample.take(chosen)
        per_fold.append(compute_metrics(part.outcomes, expit(log_odds[chosen]), part.weights))
    return {name: _spread([measures[name] for measures in per_fold]) for name in METRIC_NAMES}


def _spread(values: list[float]) -> CrossValidatedMetric:
    return CrossValidatedMetric(mean=float(np.mean(values)), std=float(np.std(values)))
