"""Training without options beside tuned XGBoost, LightGBM and CatBoost, on the same folds."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs
from benchmarks.training_data import CREDIT_FILES, CreditFile
from contract.schema import FeatureType
from training.cross_validation import FOLDS, FittedModel, fit_and_judge
from training.metrics import calibration_error, compute_metrics
from training.progress import NullProgress
from training.sample import Sample, split
from training.tuning import Search

SEED = 42
MOST_ROUNDS = 1_000
PATIENCE = 50
CHANCE_DRAWS = 20
"""Outcomes drawn for each fold: the mean is then certain to a hundredth of itself or two."""

Floats = NDArray[np.float64]
Fit = Callable[[dict[str, Any], Sample, Sample, list[int]], tuple[Floats, Callable[[int], Floats]]]
"""Parameters, what to learn from, what to judge by, which columns are choices → the loss on the latter after each
round, and the PDs after that many rounds."""


def run(_inputs: BenchmarkInputs, profile: BenchmarkProfile) -> list[dict[str, Any]]:
    """Return the measures of NeoScore and of each peer on each file."""
    return [_compare(file, profile) for file in CREDIT_FILES if file.name in profile.credit_files]


def _compare(file: CreditFile, profile: BenchmarkProfile) -> dict[str, Any]:
    schema, sample = file.load()
    choices = [i for i, f in enumerate(schema.model_features) if f.type is FeatureType.CATEGORICAL]
    began = time.monotonic()
    fitted = fit_and_judge(schema, sample, Search(seed=SEED), NullProgress())
    seconds = time.monotonic() - began
    ours = {name: metric.mean for name, metric in fitted.cross_validation.metrics.items()}
    peers = {name: tuned(fit, space, sample, choices, profile.peer_trials) for name, (fit, space) in PEERS.items()}
    return {
        "file": file.name,
        "rows": len(sample),
        "features": sample.rows.shape[1],
        "default_rate": float(sample.outcomes.mean()),
        "seconds": seconds,
        "shape": f"{fitted.hyperparameters.trees} × {fitted.hyperparameters.trees_per_round}, "
        f"depth {fitted.hyperparameters.depth}",
        "ours": ours,
        "chance": calibration_error_by_chance(fitted, sample),
        "peers": peers,
    }


def calibration_error_by_chance(fitted: FittedModel, sample: Sample) -> float:
    """Return the mean calibration error of a fold if each PD were exactly right: what the number of rows leaves."""
    rng = np.random.default_rng(SEED)
    probabilities = np.empty(len(sample))
    probabilities[fitted.cross_validation.judged] = fitted.cross_validation.oof_probabilities
    folds = [probabilities[test] for _, test in split(sample, FOLDS, SEED)]
    drawn = [(rng.random(len(p)) < p).astype(np.int8) for p in folds for _ in range(CHANCE_DRAWS)]
    repeated = [p for p in folds for _ in range(CHANCE_DRAWS)]
    return float(np.mean([calibration_error(y, p) for y, p in zip(drawn, repeated, strict=True)]))


def tuned(
    fit: Fit, space: Callable[[Any], dict[str, Any]], sample: Sample, choices: list[int], trials: int
) -> dict[str, float]:
    """Return the measures of the best trial.

    It is chosen by the very folds that it is judged on, and so is its number of rounds: that flatters the peers.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pairs = split(sample, FOLDS, SEED)

    def judge(trial: "optuna.Trial") -> float:
        parameters = space(trial)
        results = [fit(parameters, sample.take(train), sample.take(test), choices) for train, test in pairs]
        rounds = min(len(curve) for curve, _ in results)
        best = int(np.argmin(np.mean([curve[:rounds] for curve, _ in results], axis=0))) + 1
        folds = [
            compute_metrics(sample.outcomes[test], predict(best))
            for (_, predict), (_, test) in zip(results, pairs, strict=True)
        ]
        trial.set_user_attr("measures", {name: float(np.mean([f[name] for f in folds])) for name in folds[0]})
        return float(trial.user_attrs["measures"]["log_loss"])

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED, n_startup_trials=min(6, trials)))
    study.optimize(judge, n_trials=trials)
    measures: dict[str, float] = study.best_trial.user_attrs["measures"]
    return measures


# What each library is, and what of it is tuned. One thread each, as for NeoScore.


def _xgboost(
    parameters: dict[str, Any], train: Sample, test: Sample, choices: list[int]
) -> tuple[Floats, Callable[[int], Floats]]:
    import xgboost

    types = ["c" if i in choices else "q" for i in range(train.rows.shape[1])]
    given = {"feature_types": types, "enable_categorical": True, "nthread": 1}
    learned, judged = (xgboost.DMatrix(part.rows, part.target, **given) for part in (train, test))
    found: dict[str, dict[str, list[float]]] = {}
    model = xgboost.train(
        parameters | {"objective": "binary:logistic", "eval_metric": "logloss", "seed": SEED, "nthread": 1},
        learned,
        MOST_ROUNDS,
        evals=[(judged, "test")],
        early_stopping_rounds=PATIENCE,
        evals_result=found,
        verbose_eval=False,
    )
    return np.array(found["test"]["logloss"]), lambda rounds: model.predict(judged, iteration_range=(0, rounds))


def _xgboost_space(trial: Any) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "max_depth": trial.suggest_int("max_depth", 1, 8),
        "min_child_weight": trial.suggest_float("min_child_weight", 1, 50, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1),
        "subsample": trial.suggest_float("subsample", 0.5, 1),
        "reg_lambda": trial.suggest_float("reg_lambda", 0.1, 30, log=True),
    }


def _lightgbm(
    parameters: dict[str, Any], train: Sample, test: Sample, choices: list[int]
) -> tuple[Floats, Callable[[int], Floats]]:
    import lightgbm

    fixed = {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": SEED}
    learned = lightgbm.Dataset(train.rows, train.target, categorical_feature=choices, params=fixed)
    judged = lightgbm.Dataset(test.rows, test.target, reference=learned)
    found: dict[str, dict[str, list[float]]] = {}
    callbacks: list[Callable[..., Any]] = [
        lightgbm.early_stopping(PATIENCE, verbose=False),
        lightgbm.record_evaluation(found),
    ]
    model = lightgbm.train(fixed | parameters, learned, MOST_ROUNDS, valid_sets=[judged], callbacks=callbacks)
    return np.array(found["valid_0"]["binary_logloss"]), lambda rounds: np.asarray(
        model.predict(test.rows, num_iteration=rounds)
    )


def _lightgbm_space(trial: Any) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 3, 96, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 5, 100, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1),
        "bagging_freq": 1,
        "lambda_l2": trial.suggest_float("lambda_l2", 0.01, 30, log=True),
    }


def _catboost(
    parameters: dict[str, Any], train: Sample, test: Sample, choices: list[int]
) -> tuple[Floats, Callable[[int], Floats]]:
    import catboost

    learned, judged = (
        catboost.Pool(_texts(part, choices), part.target, cat_features=choices) for part in (train, test)
    )
    model = catboost.CatBoost(
        parameters
        | {"loss_function": "Logloss", "iterations": MOST_ROUNDS, "thread_count": 1, "random_seed": SEED}
        | {"bootstrap_type": "Bernoulli", "allow_writing_files": False, "verbose": 0}
    )
    model.fit(learned, eval_set=judged, early_stopping_rounds=PATIENCE, use_best_model=False)
    return np.array(model.evals_result_["validation"]["Logloss"]), lambda rounds: expit(
        model.predict(judged, prediction_type="RawFormulaVal", ntree_end=rounds)
    )


def _texts(sample: Sample, choices: list[int]) -> Any:
    import pandas as pd

    frame = pd.DataFrame(sample.rows)
    for column in choices:
        frame[column] = frame[column].fillna(-1).astype(int).astype(str)
    return frame


def _catboost_space(trial: Any) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.15, log=True),
        "depth": trial.suggest_int("depth", 2, 7),
        "l2_leaf_reg": trial.suggest_float("l2_leaf_reg", 1, 20, log=True),
        "rsm": trial.suggest_float("rsm", 0.3, 1),
        "subsample": trial.suggest_float("subsample", 0.5, 1),
    }


PEERS: dict[str, tuple[Fit, Callable[[Any], dict[str, Any]]]] = {
    "XGBoost": (_xgboost, _xgboost_space),
    "LightGBM": (_lightgbm, _lightgbm_space),
    "CatBoost": (_catboost, _catboost_space),
}
