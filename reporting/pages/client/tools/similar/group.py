"""From the scores of many clients to what is said of the nearest ones together. No I/O.

Near means near in the model's own terms: the Euclidean distance between contributions in log-odds. Two clients may
differ in what does not count for the score, and be neighbours all the same.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.blocks import ResultInfo
from contract.codes import Band, Status
from contract.messages import Scored
from reporting.population import MIN_GROUP_SIZE

NEAREST = 50
"""Clients in the group: enough for a stable median, few enough to be alike."""

REASONS_EACH = 3
"""Reasons of each client that count for the group: its main ones."""

REASONS_SHOWN = 3


@dataclass(frozen=True)
class SharedReason:
    """A reason code that many have among their main reasons."""

    code: str
    share: float


@dataclass(frozen=True)
class SimilarGroup:
    """The nearest clients together. Nothing in here belongs to one of them."""

    count: int
    median: float
    """PD."""
    quartiles: tuple[float, float]
    """Between these lies the middle half of the PDs."""
    bands: Mapping[Band, int]
    reasons: tuple[SharedReason, ...]


@dataclass(frozen=True)
class TooFew:
    """Fewer than MIN_GROUP_SIZE clients came back with a score."""


def nearest_group(scored: Scored, info: ResultInfo, answers: pa.RecordBatch) -> SimilarGroup | TooFew:
    """Return what those clients of a result block have in common who are nearest to the scored one."""
    others = answers.filter(
        pc.and_(
            pc.equal(answers.column("status"), str(Status.SCORED)),
            pc.not_equal(answers.column("client_ref"), scored.client_ref),
        )
    )
    if others.num_rows < MIN_GROUP_SIZE:
        return TooFew()
    order = np.argsort(_distances(scored, info, others), kind="stable")[:NEAREST]
    return _describe(others.take(pa.array(order)))


def _distances(scored: Scored, info: ResultInfo, others: pa.RecordBatch) -> NDArray[np.float64]:
    mine = {part.feature: part.log_odds for part in scored.contributions}
    theirs = others.column("log_odds").flatten().to_numpy(zero_copy_only=False).reshape(others.num_rows, -1)
    distances: NDArray[np.float64] = np.linalg.norm(theirs - np.array([mine[name] for name in info.features]), axis=1)
    return distances


def _describe(group: pa.RecordBatch) -> SimilarGroup:
    low, median, high = np.quantile(group.column("probability").to_numpy(zero_copy_only=False), (0.25, 0.5, 0.75))
    bands = Counter(group.column("band").to_pylist())
    reasons = Counter(code for codes in group.column("reasons").to_pylist() for code in codes[:REASONS_EACH])
    return SimilarGroup(
        count=group.num_rows,
        median=float(median),
        quartiles=(float(low), float(high)),
        bands={band: bands[str(band)] for band in Band},
        reasons=tuple(SharedReason(code, count / group.num_rows) for code, count in reasons.most_common(REASONS_SHOWN)),
    )
