"""Scoring many rows so that one bad row spoils only itself."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorer.engine import Engine, Floats, Rows
from scorer.faults import describe
from scorer.points import probability_points

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """Scores of n rows. What stands in a row that is not `scored` means nothing."""

    probability: Floats
    """(n,)"""
    log_odds: Floats
    """(n, k)"""
    points: Floats
    """(n, k)"""
    scored: NDArray[np.bool_]
    """(n,) False where the model raised on the row or gave no finite number."""


def score_each(engine: Engine, rows: Rows) -> Outcome:
    """Score (n, k) rows, n at least 1. When the model raises on them together, score them one by one. Never raises."""
    try:
        return _score(engine, rows)
    except Exception as error:
        log.warning("the model raised on %d rows, scoring them one by one: %s", len(rows), describe(error))
    return join_outcomes([_score_one(engine, rows[i : i + 1]) for i in range(len(rows))])


def score_in_chunks(engine: Engine, rows: Rows, size: int) -> Iterator[Outcome]:
    """Score rows `size` at a time: between two chunks the caller may let others go first."""
    for start in range(0, len(rows), size):
        yield score_each(engine, rows[start : start + size])


def join_outcomes(outcomes: list[Outcome]) -> Outcome:
    """Return consecutive outcomes, at least one, as one."""
    return Outcome(
        probability=np.concatenate([outcome.probability for outcome in outcomes]),
        log_odds=np.concatenate([outcome.log_odds for outcome in outcomes]),
        points=np.concatenate([outcome.points for outcome in outcomes]),
        scored=np.concatenate([outcome.scored for outcome in outcomes]),
    )


def _score(engine: Engine, rows: Rows) -> Outcome:
    scores = engine.score(rows)
    finite = np.isfinite(scores.contributions).all(axis=1) & np.isfinite(scores.probability)
    log_odds = np.where(finite[:, None], scores.contributions, 0.0)
    points = probability_points(log_odds, scores.base_log_odds)
    return Outcome(scores.probability, log_odds, points, finite)


def _score_one(engine: Engine, row: Rows) -> Outcome:
    try:
        return _score(engine, row)
    except Exception:
        nothing = np.zeros((1, engine.width))
        return Outcome(np.zeros(1), nothing, nothing, np.zeros(1, np.bool_))
