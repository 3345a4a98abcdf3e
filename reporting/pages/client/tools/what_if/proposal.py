"""What can be proposed to a client. No I/O."""

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = float | str
"""A feature's value as requests write it: a number, or the level of a choice."""


@dataclass(frozen=True)
class Change:
    """One feature's value today, and what it would be."""

    feature: str
    before: Value | None
    """None: not provided, so only an advisor who tries something out can set it."""
    after: Value


@dataclass(frozen=True)
class Proposal:
    """Changes that together bring the client under the threshold, as scored by the worker."""

    changes: tuple[Change, ...]
    probability: float
    """PD with the changes."""
    cost: float
    """How far the changes move the client among all clients: sum of the shares of people passed by."""
