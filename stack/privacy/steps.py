"""The steps of a privacy check and what they found. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Outcome(StrEnum):
    """What a step found."""

    KEPT = "kept"
    """The promise holds, as far as this step can see."""

    BROKEN = "broken"
    """Something was kept that should not be, or would be."""

    NOT_CHECKED = "not checked"
    """The step could not look; its detail says why."""


Found: TypeAlias = tuple[Outcome, str]


@dataclass(frozen=True)
class Step:
    """One step: what was looked at, what was found, and how long it took."""

    name: str
    outcome: Outcome
    detail: str
    seconds: float


def broken(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that found the promise broken."""
    return [step for step in steps if step.outcome is Outcome.BROKEN]


def found_in(places: Sequence[object], looked_at: str) -> Found:
    """Return what a search found: nothing in what was looked at, or where it found something."""
    if places:
        return Outcome.BROKEN, f"values of a canary are in {', '.join(map(str, places))}"
    return Outcome.KEPT, f"nothing of any canary in {looked_at}"
