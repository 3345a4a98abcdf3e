"""What may be shown of a group of people: the least group, and how its counts and sums are written."""

MIN_GROUP_SIZE = 20
"""Least number of people about whom anything is shown, on screens, in a terminal, in JSON and in reports.

An average of fewer is nearly a person's own value; published statistics have floors between 10 and 30.
"""

COUNT_STEP = 10
"""Counts of clients are written in steps of this: half the least group, so no smaller one makes a difference."""

SUM_DIGITS = 3
"""Significant digits of a sum over clients: noise is in the others."""


def rounded_count(count: float) -> int | None:
    """Return a count of clients in steps of COUNT_STEP; None for fewer than MIN_GROUP_SIZE, also for none at all."""
    if count < MIN_GROUP_SIZE:
        return None
    return round(count / COUNT_STEP) * COUNT_STEP


def rounded_sum(value: float) -> float:
    """Return a sum over clients with SUM_DIGITS significant digits."""
    return float(f"{value:.{SUM_DIGITS}g}")
