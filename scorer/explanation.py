"""A result in the words of the contract: every contribution and the reason codes, strongest first."""

from collections.abc import Sequence

import numpy as np

from contract.messages import Contribution
from scorer.cache import Result
from scorer.reasons import MAX_REASONS, reason_codes, strongest_first


class Explanations:
    """Explains results of one model, given the names of its features in column order."""

    def __init__(self, features: Sequence[str]) -> None:
        self._names = np.array(features, object)
        self._codes = reason_codes(features)

    def explain(self, result: Result) -> tuple[tuple[Contribution, ...], tuple[str, ...]]:
        """Return the contributions and the reason codes; contributions of zero are no reasons."""
        [order] = strongest_first(result.log_odds[None], len(self._names))
        log_odds = result.log_odds[order]
        names, points = self._names[order].tolist(), result.probability_points[order].tolist()
        contributions = tuple(map(Contribution, names, log_odds.tolist(), points))
        told = order[:MAX_REASONS][log_odds[:MAX_REASONS] != 0]
        raises = (result.log_odds[told] > 0).astype(np.intp)
        return contributions, tuple(self._codes[raises, told].tolist())
