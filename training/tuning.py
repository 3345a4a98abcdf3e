"""The search for the shape of the trees: successive halving over a few candidates, then, if wanted, many trials.

It judges by log loss, which punishes both wrong order and wrong probabilities, on rows that the judged trees did not
see. The number of trees follows from where the mean learning curve of the divisions ends.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from contract.schema import FeatureSchema, FeatureType
from training.booster import learning_curve
from training.hyperparameters import Hyperparameters
from training.sample import Rows, Sample, draw, split

if TYPE_CHECKING:
    import optuna

CANDIDATES = (
    Hyperparameters(depth=2, min_child_weight=1, column_share=1, split_column_share=0.5),
    Hyperparameters(depth=3, min_child_weight=1, column_share=1, split_column_share=0.3),
    Hyperparameters(depth=3, min_child_weight=10, column_share=1, split_column_share=0.3, l2=5),
    Hyperparameters(depth=4, min_child_weight=2, column_share=1, split_column_share=0.5),
    Hyperparameters(depth=5, min_child_weight=30, column_share=1, split_column_share=0.3, l2=10),
    Hyperparameters(depth=6, min_child_weight=5, column_share=1, split_column_share=0.6),
    Hyperparameters(depth=8, min_child_weight=10, column_share=1, split_column_share=0.6, l2=5),
)
"""From nearly additive to many interactions. Paths of more than 8 splits do not fit the worker's lookup tables."""

MAX_LEAVES = 80_000
"""Leaves of a model, if its trees were full: more do not fit the memory that the lookup tables of a worker may use."""


@dataclass(frozen=True)
class Rung:
    """One step of successive halving: more rows and slower learning, fewer candidates."""

    rows: int
    learning_rate: float
    kept: int


RUNGS = (Rung(8_000, 0.2, kept=3), Rung(20_000, 0.1, kept=1))

CHILD_WEIGHTS = (0.2, 5.0)
SPLIT_COLUMN_SHARES = (0.6, 1.6)
"""Factors by which the best candidate is varied, one field at a time: small groups of clear outcome need small leaves,
rare outcomes too, and many noisy columns need few to choose from."""

FINAL_ROWS = 40_000
"""Rows that the number of trees is chosen on; the curve of more hardly differs."""

FINAL_RATE = 0.04
SMALL = 8_000
"""Rows below which a tree is noisy: the mean of several is used, and every row serves to judge."""
TREES_PER_ROUND_IF_SMALL = 4


@dataclass(frozen=True, kw_only=True)
class Search:
    """How to search. Without trials and minutes: the few candidates only."""

    trials: int | None = None
    """Further trials of each search; the same number gives the same model."""
    minutes: float | None = None
    """Further trials for as long as this; how many depends on the machine."""
    seed: int = 42

    @property
    def has_trials(self) -> bool:
        """Whether it goes on after the few candidates."""
        return self.trials is not None or self.minutes is not None


@dataclass(frozen=True)
class SearchControl:
    """How the one who started a search follows and ends it."""

    stop: Event = field(default_factory=Event)
    """When set, the search returns the best shape that it has found so far."""
    deadline: float | None = None
    """Time on `time.monotonic` at which trials end."""
    on_trial: Callable[[int, float], None] = lambda trial, loss: None
    """Called with the number of each trial and the best log loss so far."""

    @property
    def over(self) -> bool:
        """Whether no further trial may begin."""
        return self.stop.is_set() or (self.deadline is not None and time.monotonic() > self.deadline)


def find_shape(schema: FeatureSchema, sample: Sample, search: Search, control: SearchControl) -> Hyperparameters:
    """Return the shape that judges best on divisions of `sample`."""
    best = _halve(schema, sample, search.seed, control)
    if search.has_trials:
        best = _try_more(schema, sample, best, search, control)
    return _finish(schema, sample, best, search.seed)


@dataclass(frozen=True)
class _Judge:
    """Judges shapes on divisions of one sample."""

    schema: FeatureSchema
    sample: Sample
    pairs: list[tuple[Rows, Rows]]

    @classmethod
    def of(cls, schema: FeatureSchema, sample: Sample, rows: int, seed: int) -> "_Judge":
        drawn = draw(sample, rows, seed)
        folds = 5 if len(drawn) < SMALL else 3
        return cls(schema, drawn, split(drawn, folds, seed))

    def curves(self, shape: Hyperparameters) -> Iterator[NDArray[np.float64]]:
        """Yield the learning curve of each division."""
        patience = round(3 / shape.learning_rate)
        shape = replace(shape, trees=most_trees(shape))
        for train, validation in self.pairs:
            yield learning_curve(self.schema, self.sample.take(train), self.sample.take(validation), shape, patience)

    def loss(self, shape: Hyperparameters) -> float:
        """Return the least mean log loss."""
        return float(_mean_curve(list(self.curves(shape))).min())


def most_trees(shape: Hyperparameters) -> int:
    """Return the most rounds that a shape may have."""
    full_tree: int = 2**shape.depth
    return max(1, MAX_LEAVES // (full_tree * shape.trees_per_round))


def _mean_curve(curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    rounds = min(len(curve) for curve in curves)
    return np.asarray(np.mean([curve[:rounds] for curve in curves], axis=0))


def _halve(schema: FeatureSchema, sample: Sample, seed: int, control: SearchControl) -> Hyperparameters:
    codings = (False, True) if has_choices(schema) else (False,)
    shapes = [replace(shape, native_categories=native, seed=seed) for shape in CANDIDATES for native in codings]
    for rung in RUNGS:
        if control.over:
            break
        judge = _Judge.of(schema, sample, rung.rows, seed)
        shapes = [replace(shape, learning_rate=rung.learning_rate) for shape in shapes]
        losses = {shape: judge.loss(shape) for shape in shapes}
        if rung is RUNGS[-1]:
            losses |= {shape: judge.loss(shape) for shape in _variants(min(losses, key=losses.__getitem__))}
        shapes = sorted(losses, key=losses.__getitem__)[: rung.kept]
    return shapes[0]


def _variants(shape: Hyperparameters) -> Iterator[Hyperparameters]:
    for factor in CHILD_WEIGHTS:
        yield replace(shape, min_child_weight=shape.min_child_weight * factor)
    for factor in SPLIT_COLUMN_SHARES:
        yield replace(shape, split_column_share=min(1.0, shape.split_column_share * factor))


def has_choices(schema: FeatureSchema) -> bool:
    """Return whether the model reads a choice whose levels can be divided in more than one way."""
    return any(f.type is FeatureType.CATEGORICAL and len(f.levels) > 2 for f in schema.model_features)


def _finish(schema: FeatureSchema, sample: Sample, shape: Hyperparameters, seed: int) -> Hyperparameters:
    """Return the shape with slow learning and as many trees as that needs."""
    small = len(sample) < SMALL
    shape = replace(
        shape,
        learning_rate=min(shape.learning_rate, FINAL_RATE),
        trees_per_round=TREES_PER_ROUND_IF_SMALL if small else shape.trees_per_round,
    )
    judge = _Judge.of(schema, sample, FINAL_ROWS, seed)
    while True:
        mean = _mean_curve(list(judge.curves(shape)))
        trees = int(np.argmin(mean)) + 1
        if trees < most_trees(shape):
            return replace(shape, trees=trees)
        shape = replace(shape, learning_rate=shape.learning_rate * 2)


# Further trials: Optuna's tree of Parzen estimators (Bergstra et al. 2011), started with the best candidate. A trial
# ends early when it is worse than the median of the others after as many divisions.

TRIAL_ROWS, TRIAL_RATE = RUNGS[-1].rows, RUNGS[-1].learning_rate

MOST_DIRECTIONS = 8
"""Features, the strongest first, for which trials decide whether their direction is enforced."""


def _try_more(
    schema: FeatureSchema, sample: Sample, best: Hyperparameters, search: Search, control: SearchControl
) -> Hyperparameters:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    judge = _Judge.of(schema, sample, TRIAL_ROWS, search.seed)
    directions = _visible_directions(schema, judge.sample)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=search.seed), pruner=optuna.pruners.MedianPruner()
    )
    study.enqueue_trial({name: getattr(best, name) for name in _RANGES} | {"native_categories": best.native_categories})
    shapes: dict[int, Hyperparameters] = {}
    number = 0
    while search.trials is None or number <= search.trials:
        if number and control.over:
            break
        trial = study.ask()
        shapes[trial.number] = _suggested(trial, schema, directions, search.seed)
        study.tell(trial, *_judge_trial(trial, judge.curves(shapes[trial.number])))
        number += 1
        control.on_trial(number, study.best_value)
    return shapes[study.best_trial.number]


_RANGES: dict[str, Callable[["optuna.Trial"], Any]] = {
    "depth": lambda trial: trial.suggest_int("depth", 1, 8),
    "min_child_weight": lambda trial: trial.suggest_float("min_child_weight", 1, 100, log=True),
    "row_share": lambda trial: trial.suggest_float("row_share", 0.5, 1),
    "column_share": lambda trial: trial.suggest_float("column_share", 0.4, 1),
    "split_column_share": lambda trial: trial.suggest_float("split_column_share", 0.2, 1),
    "l2": lambda trial: trial.suggest_float("l2", 0.1, 30, log=True),
}


def _suggested(
    trial: "optuna.Trial", schema: FeatureSchema, directions: Sequence[tuple[str, Literal[-1, 1]]], seed: int
) -> Hyperparameters:
    return Hyperparameters(
        **{name: suggest(trial) for name, suggest in _RANGES.items()},
        learning_rate=TRIAL_RATE,
        native_categories=has_choices(schema) and trial.suggest_categorical("native_categories", (False, True)),
        directions=tuple(
            (name, sign)
            for name, sign in directions
            if trial.suggest_categorical(f"direction of {name}", (False, True))
        ),
        seed=seed,
    )


def _judge_trial(
    trial: "optuna.Trial", curves: Iterator[NDArray[np.float64]]
) -> tuple[float | None, "optuna.trial.TrialState"]:
    from optuna.trial import TrialState

    seen: list[NDArray[np.float64]] = []
    for curve in curves:
        seen.append(curve)
        trial.report(float(_mean_curve(seen).min()), len(seen))
        if trial.should_prune():
            return None, TrialState.PRUNED
    return float(_mean_curve(seen).min()), TrialState.COMPLETE


def _visible_directions(schema: FeatureSchema, sample: Sample) -> list[tuple[str, Literal[-1, 1]]]:
    """Return numbers without a direction in the schema whose default rate moves one way along their fifths."""
    found: list[tuple[float, str, Literal[-1, 1]]] = []
    for i, feature in enumerate(schema.model_features):
        if feature.type is FeatureType.CATEGORICAL or feature.monotone or feature.named_codes:
            continue  # a code among amounts is in no order
        known = ~np.isnan(sample.rows[:, i])
        order = np.argsort(sample.rows[known, i], kind="stable")
        rates = [part.mean() for part in np.array_split(sample.outcomes[known][order], 5) if len(part)]
        steps = np.diff(rates)
        if len(steps) and ((steps > 0).all() or (steps < 0).all()):
            found.append((-abs(rates[-1] - rates[0]), feature.name, 1 if steps[0] > 0 else -1))
    return [(name, sign) for _, name, sign in sorted(found)[:MOST_DIRECTIONS]]
