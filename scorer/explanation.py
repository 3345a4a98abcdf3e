"""A result in the words of the contract: every contribution and the reason codes, strongest first."""

from collections.abc import Sequence

from contract.messages import Contribution
from scorer.cache import Result
from scorer.reasons import MAX_REASONS, reason_codes, strongest_first


class Explanations:
    """Explains results of one model, given the names of its features in column order."""

    def __init__(self, features: Sequence[str]) -> None:
        self._names = tuple(features)
        self._codes = reason_codes(features).tolist()

    def explain(self, result: Result) -> tuple[tuple[Contribution, ...], tuple[str, ...]]:
        """Return the contributions and the reason codes; contributions of zero are no reasons."""
        order = strongest_first(result.log_odds[None], len(self._names))[0].tolist()
        log_odds, points = result.log_odds.tolist(), result.probability_contribution.tolist()
        contributions = tuple([Contribution(self._names[i], log_odds[i], points[i]) for i in order])
        reasons = tuple([self._codes[log_odds[i] > 0][i] for i in order[:MAX_REASONS] if log_odds[i]])
        return contributions, reasons
