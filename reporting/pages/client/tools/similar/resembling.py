"""Which clients are worth scoring in search of similar ones: those like this client in what moved the score. No I/O."""

import bisect
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from contract.bundle import Baseline, Histogram
from contract.encoding import level_text
from contract.messages import Scored
from db.clients import Choice, Range

MOST_FEATURES = 5
"""The strongest factors; together they usually make most of the score."""

NEIGHBOURHOOD = 0.25
"""Of all clients, around this one's value. Five such ranges leave one in a thousand: hundreds in a large bank."""

Criteria: TypeAlias = tuple[Range | Choice, ...]


def criteria_ladder(scored: Scored, attributes: Mapping[str, float | str | None], baseline: Baseline) -> list[Criteria]:
    """Return what to look for, the narrowest first; each next lets go of the weakest factor, the last of all."""
    criteria = tuple(_criteria(scored, attributes, baseline))[:MOST_FEATURES]
    return [criteria[:n] for n in range(len(criteria), -1, -1)]


def _criteria(
    scored: Scored, attributes: Mapping[str, float | str | None], baseline: Baseline
) -> Iterator[Range | Choice]:
    """Yield a criterion for each factor, strongest first; a missing value cannot be looked for."""
    for part in sorted(scored.contributions, key=lambda part: -abs(part.log_odds)):
        histogram, value = baseline.features.get(part.feature), attributes.get(part.feature)
        if value is None or histogram is None or not sum(histogram.counts):
            continue
        if histogram.levels:
            yield Choice(part.feature, (level_text(value),))
        else:
            yield Range(part.feature, *around(histogram, float(value)))


def around(histogram: Histogram, value: float) -> tuple[float, float]:
    """Return a range of whole bins about a value, grown on both sides until NEIGHBOURHOOD of the clients are in it."""
    counts, edges = histogram.counts, histogram.edges
    last = len(counts) - 1
    low = high = min(max(bisect.bisect_right(edges, value) - 1, 0), last)
    wanted = NEIGHBOURHOOD * sum(counts)
    while sum(counts[low : high + 1]) < wanted:
        low, high = max(low - 1, 0), min(high + 1, last)
    return edges[low], edges[high + 1]
