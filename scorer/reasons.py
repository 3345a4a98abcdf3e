"""Reason codes: which features moved the risk most, and in which direction."""

from collections.abc import Sequence

MAX_REASONS = 8
"""More than an advisor will say aloud. Rules on adverse action ask for about four."""


def strongest_first(log_odds: Sequence[float]) -> list[int]:
    """Return the positions of contributions, strongest first; equal ones keep the order of the columns."""
    return sorted(range(len(log_odds)), key=lambda i: -abs(log_odds[i]))


def reason_codes(features: Sequence[str], log_odds: Sequence[float], order: Sequence[int]) -> list[str]:
    """Return `FEATURE:raises` or `FEATURE:lowers` for the first of `order`, without contributions of zero."""
    return [
        f"{features[i]}:{'raises' if log_odds[i] > 0 else 'lowers'}" for i in order[:MAX_REASONS] if log_odds[i] != 0
    ]
