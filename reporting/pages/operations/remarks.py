"""What the topics' counts and ages mean, as remarks in order of what matters to whoever runs the system. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contract.topics import DEAD_LETTERS, OLDEST_SECONDS, RETENTION_MS, TopicReport, Verdict
from producers.topics.view import READ_BY_WORKERS, TopicView
from reporting.backend.topic_monitor import Seen

BEHIND_SECONDS = 15.0
"""Half of a request's time to live; the alert `NeoScoreBehind` in docs/operations.md says the same."""


class Sign(StrEnum):
    """What a remark is."""

    GOOD = "good"
    ALERT = "alert"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Remark:
    """One sentence: the name of its wording, and what that has to tell."""

    name: str
    sign: Sign
    values: Mapping[str, int | float | str | datetime] = field(default_factory=dict)
    """`count`, `seconds` or `limit` (seconds), `at`, `topics`."""


def remarks(seen: Seen) -> list[Remark]:
    """Return what there is to say, first of all whether requests are answered."""
    if seen.report is None:
        return [_away("away", seen) if seen.away else Remark("connecting", Sign.UNKNOWN)]
    if seen.away:
        return [_away("away_since", seen), _promise(seen.report)]
    return [_answers(seen.topics, seen.report), *_letters(seen.topics), *_overdue(seen.topics), _promise(seen.report)]


def _away(name: str, seen: Seen) -> Remark:
    return Remark(name, Sign.ALERT, {"at": seen.at})


def _answers(topics: Sequence[TopicView], report: TopicReport) -> Remark:
    read = [topic for topic in topics if topic.topic in READ_BY_WORKERS]
    count = sum(topic.lag or 0 for topic in read)
    seconds = max((topic.lag_seconds or 0.0 for topic in read), default=0.0)
    waiting: Mapping[str, int | float] = {"count": count, "seconds": seconds}
    if count and seconds > BEHIND_SECONDS:
        return Remark("behind", Sign.ALERT, waiting)
    if len(read) < len(READ_BY_WORKERS):
        return Remark("no_topics", Sign.ALERT)
    if report.verdict is Verdict.UNVERIFIABLE:
        return Remark("untold", Sign.UNKNOWN)
    if any(topic.lag is None for topic in read):
        return Remark("not_yet", Sign.UNKNOWN)
    return Remark("under_way", Sign.GOOD, waiting) if count else Remark("answered", Sign.GOOD)


def _letters(topics: Sequence[TopicView]) -> list[Remark]:
    counts = [topic.last_minute for topic in topics if topic.topic == DEAD_LETTERS and topic.last_minute is not None]
    return [Remark("letters", Sign.ALERT if count else Sign.GOOD, {"count": count}) for count in counts]


def _overdue(topics: Sequence[TopicView]) -> list[Remark]:
    names = ", ".join(topic.topic for topic in topics if topic.overdue)
    return [Remark("overdue", Sign.ALERT, {"topics": names, "limit": OLDEST_SECONDS})] if names else []


def _promise(report: TopicReport) -> Remark:
    match report.verdict:
        case Verdict.SAFE:
            return Remark("safe", Sign.GOOD, {"limit": RETENTION_MS / 1000})
        case Verdict.UNVERIFIABLE:
            return Remark("unverifiable", Sign.UNKNOWN)
        case Verdict.UNSAFE:
            names = dict.fromkeys(finding.topic for finding in report.findings)
            return Remark("unsafe", Sign.ALERT, {"topics": ", ".join(names)})
