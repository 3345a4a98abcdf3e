"""Status of the topics: messages in order of importance to operations, and the topics table. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from html import escape

from contract.topics import DEAD_LETTERS, TopicCheckResult, TopicCheckStatus
from db.unusual_reading import ReadingReport
from presentation.locale import NO_BREAK_SPACE, Locale
from producers.monitoring.topic_stats import WORKER_TOPICS, TopicStats
from reporting.backend.topic_monitor import TopicsSnapshot
from reporting.problems import Problem

BEHIND_SECONDS = 15.0
"""Half of a request's time to live; the alert `NeoScoreConsumerLagHigh` in docs/operations.md says the same."""


class Severity(StrEnum):
    """How serious a message is."""

    OK = "ok"
    ALERT = "alert"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StatusMessage:
    """One sentence: its message key, and the values of its placeholders."""

    name: str
    severity: Severity
    values: Mapping[str, int | float | str | datetime] = field(default_factory=dict)
    """`count`, `refused`, `unauthenticated`, `seconds` or `limit` (seconds), `at`, `topics`."""


def status_messages(seen: TopicsSnapshot) -> list[StatusMessage]:
    """Return the messages, first of all whether requests are answered."""
    if seen.report is None:
        return [
            _broker_down("broker_down", seen) if seen.broker_down else StatusMessage("connecting", Severity.UNKNOWN)
        ]
    if seen.broker_down:
        return [_broker_down("broker_lost", seen), _retention(seen.report)]
    return [
        _backlog(seen.topics, seen.report),
        *_dead_letters(seen.topics),
        *_overdue(seen.topics),
        _retention(seen.report),
    ]


def reading_message(report: ReadingReport | Problem) -> StatusMessage:
    """Return whether people's reading of client data is unusual: how many people, not who."""
    if isinstance(report, Problem):
        return StatusMessage("reading_unknown", Severity.UNKNOWN)
    refusals = {"refused": report.refused, "unauthenticated": report.unauthenticated}
    if report.unusual:
        return StatusMessage("reading_unusual", Severity.ALERT, {"count": len(report.unusual), **refusals})
    return StatusMessage("reading_usual", Severity.OK, refusals)


def _broker_down(name: str, seen: TopicsSnapshot) -> StatusMessage:
    return StatusMessage(name, Severity.ALERT, {"at": seen.at})


def _backlog(topics: Sequence[TopicStats], report: TopicCheckResult) -> StatusMessage:
    read = [topic for topic in topics if topic.base_name in WORKER_TOPICS]
    count = sum(topic.lag or 0 for topic in read)
    seconds = max((topic.lag_seconds or 0.0 for topic in read), default=0.0)
    waiting: Mapping[str, int | float] = {"count": count, "seconds": seconds}
    if count and seconds > BEHIND_SECONDS:
        return StatusMessage("behind", Severity.ALERT, waiting)
    if len(read) < len(WORKER_TOPICS):
        return StatusMessage("no_topics", Severity.ALERT)
    if report.status is TopicCheckStatus.UNVERIFIABLE:
        return StatusMessage("lag_unavailable", Severity.UNKNOWN)
    if any(topic.lag is None for topic in read):
        return StatusMessage("lag_unknown", Severity.UNKNOWN)
    return StatusMessage("under_way", Severity.OK, waiting) if count else StatusMessage("answered", Severity.OK)


def _dead_letters(topics: Sequence[TopicStats]) -> list[StatusMessage]:
    counts = [
        topic.dead_letter_window_records
        for topic in topics
        if topic.base_name == DEAD_LETTERS and topic.dead_letter_window_records is not None
    ]
    return [
        StatusMessage("dead_letters", Severity.ALERT if count else Severity.OK, {"count": count}) for count in counts
    ]


def _overdue(topics: Sequence[TopicStats]) -> list[StatusMessage]:
    old = [topic for topic in topics if topic.past_retention]
    if not old:
        return []
    names = ", ".join(topic.topic for topic in old)
    return [StatusMessage("overdue", Severity.ALERT, {"topics": names, "limit": old[0].max_record_age_seconds})]


def _retention(report: TopicCheckResult) -> StatusMessage:
    match report.status:
        case TopicCheckStatus.SAFE:
            return StatusMessage("safe", Severity.OK, {"limit": report.retention.seconds})
        case TopicCheckStatus.UNVERIFIABLE:
            return StatusMessage("unverifiable", Severity.UNKNOWN)
        case TopicCheckStatus.UNSAFE:
            names = dict.fromkeys(finding.topic for finding in report.findings)
            return StatusMessage("unsafe", Severity.ALERT, {"topics": ", ".join(names)})


SIGNS = {Severity.OK: "✓", Severity.ALERT: "▲", Severity.UNKNOWN: "?"}
"""A shape for each, as some readers do not see the colour."""

NONE = "–"

STATUS_CSS = """
ul { list-style: none; display: grid; gap: 8px; margin-top: 14px; }
li { display: flex; align-items: baseline; gap: 10px; overflow-wrap: anywhere; }
li:first-child { font-size: 20px; line-height: 28px; font-weight: 600; letter-spacing: -.01em; margin-bottom: 4px; }
li i { flex: none; width: 20px; text-align: center; font-style: normal; font-weight: 700; }
li span { min-width: 0; }
.ok i { color: var(--lowers); } .unknown i { color: var(--muted); }
.alert { font-weight: 600; } .alert, .alert i { color: var(--alert); }
"""

TOPICS_TABLE_CSS = """
table { width: 100%; border-collapse: collapse; font-size: 13.5px; margin-top: 24px; }
caption { text-align: left; color: var(--muted); padding-bottom: 8px; }
th, td { text-align: right; padding: 9px 0 9px 16px; border-top: 1px solid var(--line); vertical-align: baseline; }
thead th { border-top: 0; color: var(--muted); font-size: 12.5px; font-weight: 600; vertical-align: bottom; }
thead th:not(:first-child) { width: 13%; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
tbody th small { display: block; font-size: 12.5px; font-weight: 400; color: var(--muted); }
td { font-weight: 550; } td.none, td.unknown { color: var(--muted); font-weight: 400; }
.stale td { color: var(--muted); }
.badge { background: var(--warn-ground); border: 1px solid var(--warn-line); color: var(--warn-ink); border-radius: 4px;
  padding: 0 6px; font-size: 12px; font-weight: 600; white-space: nowrap; display: inline-block; margin-left: 6px; }
@media (max-width: 860px) {
  thead, td.none { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, caption { display: block; } table { position: relative; }
  tbody tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 2px 16px; padding: 12px 0;
    border-top: 1px solid var(--line); }
  tbody th, td { display: block; border: 0; padding: 0; text-align: left; }
  tbody th { grid-column: 1 / -1; margin-bottom: 4px; }
  td::before { content: attr(data-label); display: block; font-size: 12.5px; font-weight: 400; color: var(--muted); }
  td::before { content: attr(data-label) / ""; }
  td .badge { margin-left: 0; }
}
"""
"""On a narrow screen a topic is a block with its numbers below each other. The roles in the markup keep it a table."""


def status_html(seen: TopicsSnapshot, reading: StatusMessage | None, locale: Locale) -> str:
    """Return the status as sentences, with that of people's reading once it is known."""
    said = "".join(
        f'<li class="{message.severity}"><i aria-hidden="true">{SIGNS[message.severity]}</i>'
        f"<span>{escape(status_text(message, locale))}</span></li>"
        for message in (*status_messages(seen), *([reading] if reading else ()))
    )
    return f"{heading_html(locale)}<ul>{said}</ul>"


def heading_html(locale: Locale) -> str:
    """Return the page's heading, the same in every state."""
    title, text = (escape(locale.text(f"operations.{part}")) for part in ("title", "text"))
    return f'<h2>{title}</h2><p class="muted">{text}</p>'


def status_text(message: StatusMessage, locale: Locale) -> str:
    """Return a message as a sentence."""
    return locale.text(f"operations.status.{message.name}", **status_values(message, locale))


def status_values(message: StatusMessage, locale: Locale) -> dict[str, str]:
    """Return the values of a message's placeholders, as text."""
    words = {}
    for name, value in message.values.items():
        if isinstance(value, datetime):
            words[name] = utc_time_text(value)
        elif isinstance(value, str):
            words[name] = value
        else:
            words[name] = seconds_text(value, locale) if name in ("seconds", "limit") else locale.number(value)
    return words


def topics_table_html(seen: TopicsSnapshot, locale: Locale) -> str:
    """Return the topics as a table; "" before the first reading."""
    if seen.report is None:
        return ""
    heads = [locale.text(f"operations.{name}") for name in ("topic", "readable", "rate", "lag", "wait", "oldest")]
    head = "".join(f'<th role="columnheader" scope="col">{escape(words)}</th>' for words in heads)
    rows = "".join(_row(topic, heads[1:], locale) for topic in seen.topics)
    return (
        f'<table role="table"{" class=stale" if seen.broker_down else ""}><caption>{_caption(seen, locale)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def seconds_text(amount: float, locale: Locale) -> str:
    """Return a time in seconds; below ten with a decimal."""
    return f"{locale.number(amount, 1 if 0 < amount < 10 else 0)}{NO_BREAK_SPACE}s"


def utc_time_text(at: datetime) -> str:
    """Return a time of day as it stands in the logs and in `neoscore topics watch`."""
    return f"{at.astimezone(UTC):%H:%M:%S}{NO_BREAK_SPACE}UTC"


def _caption(seen: TopicsSnapshot, locale: Locale) -> str:
    words = escape(locale.text("operations.caption", at=utc_time_text(seen.at)))
    return f"{words} {_badge_html('stale', locale)}" if seen.broker_down else words


def _row(topic: TopicStats, labels: Sequence[str], locale: Locale) -> str:
    unknown = escape(locale.text("operations.unknown"))
    behind = topic.base_name in WORKER_TOPICS
    cells = (
        unknown if topic.retained is None else locale.number(topic.retained),
        unknown if topic.records_per_second is None else locale.number(topic.records_per_second, 1),
        _lag(None if topic.lag is None else locale.number(topic.lag), unknown, behind=behind),
        _lag(None if topic.lag_seconds is None else seconds_text(topic.lag_seconds, locale), unknown, behind=behind),
        _oldest(topic, locale),
    )
    kinds = {NONE: "none", unknown: "unknown"}
    shown = "".join(
        f'<td role="cell" class="{kinds.get(cell, "known")}" data-label="{escape(label)}">{cell}</td>'
        for label, cell in zip(labels, cells, strict=True)
    )
    words = escape(locale.text(f"operations.topic.{topic.base_name}"))
    name = f'<th role="rowheader" scope="row">{escape(topic.topic)}<small>{words}</small></th>'
    return f'<tr role="row">{name}{shown}</tr>'


def _lag(known: str | None, unknown: str, *, behind: bool) -> str:
    return (known or unknown) if behind else NONE


def _oldest(topic: TopicStats, locale: Locale) -> str:
    if topic.oldest_seconds is None:
        return NONE
    age = seconds_text(topic.oldest_seconds, locale)
    return f"{age} {_badge_html('overdue', locale)}" if topic.past_retention else age


def _badge_html(name: str, locale: Locale) -> str:
    return f'<span class="badge">▲ {escape(locale.text(f"operations.{name}"))}</span>'
