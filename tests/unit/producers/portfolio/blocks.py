"""Blocks of clients and answers as a run sees them, for the schema of tests.unit.reporting.samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contract.baseline import Baseline, BaselineHistogram
from contract.disclosure import MIN_GROUP_SIZE
from producers.portfolio.aggregate import Aggregate, pd_bin_edges
from producers.portfolio.segmentation import build_segmentations
from tests.unit.reporting.samples import BASELINE, SCHEMA

law = settings(max_examples=60)

FEATURES = ("INCOME", "LATE", "HOME")
THRESHOLD = 0.18537767231464386
"""Not one that the slider can be set to."""

AGES = BaselineHistogram(counts=[1] * 80, edges=[n - 0.5 for n in range(18, 99)])
WHOLE = Baseline(BASELINE.rows, {**BASELINE.features, "AGE": AGES}, BASELINE.probability)
SEGMENTATIONS = build_segmentations(SCHEMA, WHOLE)
EDGES = pd_bin_edges(THRESHOLD, WHOLE.probability)


@dataclass(frozen=True)
class Scored:
    """One client with a score."""

    pd: float
    income: float | None = 50_000
    late: float | None = 0
    home: str | None = "1"
    age: float | None = 40
    log_odds: tuple[float, float, float] = (0.3, -0.1, 0.0)


def block(people: Sequence[Scored], unscored: int = 0, start: int = 0) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return what was sent and what was answered; the first `unscored` clients were rejected."""
    n = unscored + len(people)
    refs = pa.array([f"ref-{start + i}" for i in range(n)], pa.string())
    nobody: list[None] = [None] * unscored
    names = ("income", "late", "age", "home")
    columns = [pa.array([*nobody, *(getattr(p, name) for p in people)],
                        pa.string() if name == "home" else pa.float64()) for name in names]  # fmt: skip
    sent = pa.RecordBatch.from_arrays([refs, *columns], names=["client_ref", "INCOME", "LATE", "AGE", "HOME"])
    answers = {
        "client_ref": refs,
        "status": pa.array(["rejected"] * unscored + ["scored"] * len(people)),
        "probability": pa.array([*nobody, *(p.pd for p in people)], pa.float64()),
        "log_odds": pa.array([*nobody, *(p.log_odds for p in people)], pa.list_(pa.float64())),
    }
    return sent, pa.RecordBatch.from_arrays(list(answers.values()), names=list(answers))


def aggregate(*blocks: Sequence[Scored], by: str = "LATE") -> Aggregate:
    """Add blocks, one after the other."""
    totals = Aggregate(THRESHOLD, EDGES, SEGMENTATIONS[by])
    for people in blocks:
        totals.add_block(FEATURES, *block(people))
    return totals


def no_noise(_: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Nothing added: what is released is then what was counted."""
    return np.zeros(shape)


probabilities = st.one_of(
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, THRESHOLD, THRESHOLD / 2, 0.2, 0.1, 0.05]),
    st.integers(0, 200).map(lambda step: step / 200),
)
scored = st.builds(
    Scored,
    pd=probabilities,
    income=st.none() | st.floats(0, 1e6),
    late=st.none() | st.integers(-2, 8).map(float),
    home=st.none() | st.sampled_from(["1", "2"]),
    age=st.none() | st.integers(18, 97).map(float),
    log_odds=st.tuples(*[st.floats(-3, 3)] * 3),
)
portfolios = st.lists(scored, min_size=1, max_size=80)
large_portfolios = st.lists(scored, min_size=MIN_GROUP_SIZE, max_size=120)
