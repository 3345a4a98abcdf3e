"""Scoring many rows so that one bad row spoils only itself."""

import logging
from collections.abc import Iterator

import numpy as np

from scorer.engine import Engine, Rows, Scores
from scorer.faults import describe

log = logging.getLogger(__name__)


def score_each(engine: Engine, rows: Rows) -> Scores:
    """Score (n, k) rows, n at least 1. When the model raises on them together, score them one by one. Never raises."""
    try:
        return engine.score(rows)
    except Exception as error:
        log.warning("the model raised on %d rows, scoring them one by one: %s", len(rows), describe(error))
    return join_scores([_score_one(engine, rows[i : i + 1]) for i in range(len(rows))])


def score_in_chunks(engine: Engine, rows: Rows, size: int) -> Iterator[Scores]:
    """Score rows `size` at a time: between two chunks the caller may let others go first."""
    for start in range(0, len(rows), size):
        yield score_each(engine, rows[start : start + size])


def join_scores(parts: list[Scores]) -> Scores:
    """Return the scores of consecutive rows, at least one part, as one."""
    return Scores(
        contributions=np.concatenate([part.contributions for part in parts]),
        points=np.concatenate([part.points for part in parts]),
        probability=np.concatenate([part.probability for part in parts]),
    )


def _score_one(engine: Engine, row: Rows) -> Scores:
    try:
        return engine.score(row)
    except Exception:
        nothing = np.full((1, engine.width), np.nan)
        return Scores(nothing, nothing, nothing[:, 0])
