"""`baseline.json` of a bundle: how the training data are distributed, as histograms. No client can be read from it."""

from bisect import bisect_right
from itertools import accumulate, pairwise

from msgspec import Struct


class BaselineHistogram(Struct, kw_only=True, frozen=True):
    """Distribution of one feature in the training data: numeric by edges, choices by level.

    Codes, which are no amounts, are in no bin.
    """

    counts: list[int]
    edges: list[float] = []
    levels: list[str] = []
    codes: dict[str, int] = {}
    """Clients with each code that has words."""
    missing: int = 0

    @property
    def total(self) -> int:
        """All clients."""
        return sum(self.counts) + sum(self.codes.values()) + self.missing

    @property
    def has_integer_bins(self) -> bool:
        """Whether each bin holds one whole number."""
        return bool(self.edges) and all(high - low == 1 and (low * 2) % 2 == 1 for low, high in pairwise(self.edges))

    @property
    def median(self) -> float | None:
        """The median of the clients' amounts; None without any.

        It is exact: an inner edge, as training puts one at the median, or a whole number with a bin of its own. If it
        lies between two whole numbers, it is an edge between them.
        """
        half = sum(self.counts) / 2
        if not half or not self.edges:
            return None
        below = [float(count) for count in accumulate(self.counts[:-1], initial=0)]
        if half in below:
            return self.edges[below.index(half)]
        last = max(i for i, count in enumerate(below) if count < half)
        return self.edges[last] + (0.5 if self.has_integer_bins else 0.0)

    def lower_and_higher(self, amount: float) -> tuple[int, int]:
        """Return how many clients certainly have a lower and a higher amount: those in its own bin are neither."""
        own = min(max(bisect_right(self.edges, amount) - 1, 0), len(self.counts) - 1)
        return sum(self.counts[:own]), sum(self.counts[own + 1 :])


class Baseline(Struct, frozen=True):
    """`baseline.json`."""

    rows: int
    features: dict[str, BaselineHistogram]
    probability: BaselineHistogram
