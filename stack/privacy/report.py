"""The steps of a privacy check, and its report for a data protection officer. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class CheckOutcome(StrEnum):
    """What a step found."""

    PASSED = "passed"
    """No trace was found."""

    FAILED = "failed"
    """Something is retained that must not be, or would be."""

    SKIPPED = "skipped"
    """The step could not be done; its detail says why."""


StepResult: TypeAlias = tuple[CheckOutcome, str]


@dataclass(frozen=True)
class CheckStep:
    """One step: what was checked, what was found, and how long it took."""

    name: str
    outcome: CheckOutcome
    detail: str
    seconds: float


def failed_steps(steps: Sequence[CheckStep]) -> list[CheckStep]:
    """Return the steps that failed."""
    return [step for step in steps if step.outcome is CheckOutcome.FAILED]


def search_finding(places: Sequence[object], searched: str) -> StepResult:
    """Return what a search found: nothing in what was searched, or where it found something."""
    if places:
        return CheckOutcome.FAILED, f"values of a canary are in {', '.join(map(str, places))}"
    return CheckOutcome.PASSED, f"no trace of a canary in {searched}"


_NOT_COVERED = """\
## What this check does not cover

- Memory: what a running process holds, and what the system moved to swap. The program drops deleted results,
  but neither Python nor the system overwrites their memory at once.
- Disks below the file system: blocks of deleted files until they are written again, snapshots, and the broker's other
  replicas. Use encrypted disks, and keep the broker's logs in memory.
- Backups and copies that other systems make of topics, of the database or of log files; consumers that others run.
- Files that hold the values in another form (compressed, encrypted, rounded to fewer than 11 digits), that the user who
  ran the check may not read, or that lie on other machines.
- People: what an advisor reads, says, prints or photographs.
- What is meant to be stored: clients' reference data, the access log (who looked at whom, and why) and the log of
  portfolio runs. None of these has a field for a score.
"""

_VERDICTS = {True: "The check **failed**.", False: "The check **passed**; skipped steps prove nothing."}


def render_report(steps: Sequence[CheckStep], began: datetime, ended: datetime, broker: str, version: str) -> str:
    """Return the report as Markdown."""
    missing = [step for step in steps if step.outcome is CheckOutcome.SKIPPED]
    rows = [f"| {_cell(step.name)} | {step.outcome} | {_cell(step.detail)} | {step.seconds:.0f} s |" for step in steps]
    return "\n".join(
        [
            "# Privacy check",
            "",
            f"{_VERDICTS[bool(failed_steps(steps))]} "
            f"{len(steps)} steps; {len(failed_steps(steps))} failed, {len(missing)} were skipped.",
            "",
            f"- from {began:%Y-%m-%d %H:%M:%S} to {ended:%H:%M:%S} UTC",
            f"- broker {broker}",
            f"- NeoScore {version}",
            "",
            "The guarantee: some minutes after a score, only the requester still has it. Fictitious clients (canaries)",
            "with values that occur nowhere else were scored as real ones are. Then every place was searched for their",
            "references, their values and their scores.",
            "",
            "## What was checked",
            "",
            "| step | result | what was found | took |",
            "|---|---|---|---|",
            *rows,
            "",
            _NOT_COVERED,
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
