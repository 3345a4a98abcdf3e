"""Calibration that keeps explanations exact: log-odds stretched by a slope and moved by a shift.

Platt (1999). An affine map of the log-odds is the same as leaves multiplied by the slope and another base score, so
the model stays one file of plain trees, and every contribution is multiplied by the slope.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import xgboost as xgb
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

STEPS = 25
"""Of Newton's method: it converges in about six."""

CONVERGED = 1e-6
"""Largest last step: the outcomes of separated rows drive the slope to infinity."""

SIGNIFICANT = 2.0
"""Standard errors by which the slope must differ from 1, or the shift from 0: below that it may be chance."""


@dataclass(frozen=True)
class Adjustment:
    """PD = sigmoid(slope · log-odds + shift)."""

    slope: float
    shift: float

    def apply(self, log_odds: Floats) -> Floats:
        """Return the adjusted log-odds."""
        return self.slope * log_odds + self.shift


def fit_adjustment(target: NDArray[np.int8], log_odds: Floats, weights: Floats | None = None) -> Adjustment:
    """Return the adjustment with the least log loss; none at all (1, 0) where that cannot be told."""
    (slope, shift), _ = _fit(target, log_odds, weights)
    return Adjustment(float(slope), float(shift))


def needed_adjustment(target: NDArray[np.int8], log_odds: Floats, weights: Floats | None = None) -> Adjustment | None:
    """Return the adjustment with the least log loss, or None when it may well be chance that there is one.

    `log_odds` must come from models that did not see their rows. A slope that is not positive is refused: monotone
    directions hold.
    """
    found, errors = _fit(target, log_odds, weights)
    if found[0] <= 0 or (np.abs(found - _NONE) < SIGNIFICANT * errors).all():
        return None
    return Adjustment(float(found[0]), float(found[1]))


_NONE = np.array([1.0, 0.0])


def _fit(target: NDArray[np.int8], log_odds: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """Return slope and shift, and their standard errors."""
    weights = np.ones(len(target)) if weights is None else weights / weights.mean()
    design = np.stack([log_odds, np.ones(len(target))], axis=1)
    found, unknown = _NONE, np.full(2, np.inf)
    for _ in range(STEPS):
        p = expit(design @ found)
        information = (design * (weights * p * (1 - p))[:, None]).T @ design
        if np.linalg.matrix_rank(information) < 2:
            return _NONE, unknown
        step = np.linalg.solve(information, design.T @ (weights * (target - p)))
        found = found + step
    if not (np.isfinite(found).all() and np.abs(step).max() < CONVERGED):
        return _NONE, unknown
    return found, np.sqrt(np.diag(np.linalg.inv(information)))


def adjusted(booster: xgb.Booster, adjustment: Adjustment) -> xgb.Booster:
    """Return the booster with the adjustment in its leaves and its base score."""
    model = msgspec.json.decode(bytes(booster.save_raw("json")))
    learner = model["learner"]
    base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    moved = float(expit(adjustment.apply(np.log(base) - np.log1p(-base))))
    learner["learner_model_param"]["base_score"] = f"[{moved!r}]"
    for tree in learner["gradient_booster"]["model"]["trees"]:
        _stretch(tree, adjustment.slope)
    result = xgb.Booster({"nthread": 1})
    result.load_model(bytearray(msgspec.json.encode(model)))
    return result


def _stretch(tree: dict[str, Any], slope: float) -> None:
    """Multiply what the leaves add; in a leaf the condition is its value."""
    leaf = np.array(tree["left_children"]) == -1
    for field, chosen in (("split_conditions", leaf), ("base_weights", np.ones_like(leaf))):
        values = np.array(tree[field], np.float32)
        values[chosen] = (values[chosen].astype(np.float64) * slope).astype(np.float32)
        tree[field] = values.tolist()
