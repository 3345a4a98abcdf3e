"""The report of a privacy check, for a data protection officer. No I/O."""

from collections.abc import Sequence
from datetime import datetime

from stack.privacy.steps import CheckOutcome, CheckStep, failed_steps

_NOT_COVERED = """\
## What this check does not cover

- Memory: what a running process holds, and what the system moved from it into swap. Deleted results are dropped by the
  program; neither Python nor the system overwrites the memory that held them at once.
- Disks below the file system: blocks of deleted files until they are written again, snapshots, and the broker's other
  replicas. Use encrypted disks, and keep the broker's logs in memory.
- Backups and copies that other systems make of topics, of the database or of log files; consumers that others run.
- Files that hold the values in another form (compressed, encrypted, rounded to fewer than 11 digits), that the user who
  ran the check may not read, or that lie on other machines.
- People: what an advisor reads, says, prints or photographs.
- What is meant to be kept: clients' reference data, the access log (who looked at whom, and why) and the ledger of
  portfolio runs. None of these has a field for a score.
"""

_VERDICTS = {True: "The promise was **broken**.", False: "The promise was **kept**, as far as was checked."}


def report(steps: Sequence[CheckStep], began: datetime, ended: datetime, broker: str, version: str) -> str:
    """Return the report as Markdown."""
    missing = [step for step in steps if step.outcome is CheckOutcome.SKIPPED]
    rows = [f"| {_cell(step.name)} | {step.outcome} | {_cell(step.detail)} | {step.seconds:.0f} s |" for step in steps]
    return "\n".join(
        [
            "# Privacy check",
            "",
            f"{_VERDICTS[bool(failed_steps(steps))]} "
            f"{len(steps)} steps; {len(failed_steps(steps))} found something, {len(missing)} could not be checked.",
            "",
            f"- from {began:%Y-%m-%d %H:%M:%S} to {ended:%H:%M:%S} UTC",
            f"- broker {broker}",
            f"- NeoScore {version}",
            "",
            "The promise: some minutes after a score, nothing of it exists but with whoever asked. Clients that do not",
            "exist (canaries), with values that occur nowhere else, were scored as real ones are. Then every place was",
            "searched for their references, their values and their scores.",
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
