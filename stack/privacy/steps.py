"""The steps of a privacy check and what they found. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class CheckOutcome(StrEnum):
    """What a step found."""

    PASSED = "kept"
    """The promise holds, as far as this step can see."""

    FAILED = "broken"
    """Something was kept that should not be, or would be."""

    SKIPPED = "not checked"
    """The step could not look; its detail says why."""


StepResult: TypeAlias = tuple[CheckOutcome, str]


@dataclass(frozen=True)
class CheckStep:
    """One step: what was looked at, what was found, and how long it took."""

    name: str
    outcome: CheckOutcome
    detail: str
    seconds: float


def failed_steps(steps: Sequence[CheckStep]) -> list[CheckStep]:
    """Return the steps that found the promise broken."""
    return [step for step in steps if step.outcome is CheckOutcome.FAILED]


def search_finding(places: Sequence[object], looked_at: str) -> StepResult:
    """Return what a search found: nothing in what was looked at, or where it found something."""
    if places:
        return CheckOutcome.FAILED, f"values of a canary are in {', '.join(map(str, places))}"
    return CheckOutcome.PASSED, f"nothing of any canary in {looked_at}"
