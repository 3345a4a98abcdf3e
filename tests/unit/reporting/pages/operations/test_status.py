"""From what was seen of the topics to what is said of them: nothing good is said that is not known."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.retention import DEFAULT_RETENTION
from contract.schema import Language
from contract.topics import (
    DEAD_LETTERS,
    REQUESTS,
    TOPICS,
    Finding,
    TopicCheckResult,
    TopicCheckStatus,
)
from db.unusual_reading import Reader, ReadingReport
from presentation.languages import LANGUAGES
from producers.monitoring.topic_stats import WORKER_TOPICS, TopicStats
from reporting.backend.topic_monitor import TopicsSnapshot
from reporting.pages.operations.status import (
    BEHIND_SECONDS,
    Severity,
    reading_message,
    status_html,
    status_messages,
    status_text,
    topics_table_html,
)
from reporting.problems import Problem
from tests.unit.reporting.samples import EN, FR

AT = datetime(2026, 1, 31, 10, 12, 31, tzinfo=UTC)

SAFE = TopicCheckResult(TopicCheckStatus.SAFE)
UNSAFE = TopicCheckResult(TopicCheckStatus.UNSAFE, [Finding(REQUESTS, "<retention.ms> is 1", "set it")])
UNVERIFIABLE = TopicCheckResult(TopicCheckStatus.UNVERIFIABLE)

seconds = st.floats(0, 1e6)


def view(name: str, lag: int | None, wait: float | None, oldest: float | None, letters: int | None) -> TopicStats:
    behind = name in WORKER_TOPICS
    return TopicStats(name, lag, 0.1, lag if behind else None, wait if behind else None, oldest, letters)


views = st.builds(
    view,
    st.sampled_from([spec.name for spec in TOPICS]),
    st.none() | st.integers(0, 10**9),
    st.none() | seconds,
    st.none() | seconds,
    st.none() | st.integers(0, 10**6),
)
looks = st.builds(
    TopicsSnapshot,
    st.just(AT),
    st.lists(views, unique_by=lambda topic: topic.topic),
    st.sampled_from([SAFE, UNSAFE, UNVERIFIABLE, None]),
    st.booleans(),
)


def names(seen: TopicsSnapshot) -> list[str]:
    return [message.name for message in status_messages(seen)]


def quiet(**changes: TopicStats) -> list[TopicStats]:
    """Every topic with nothing in it, but for those given by the name of their constant."""
    return [changes.get(spec.name, view(spec.name, 0, 0.0, None, 0)) for spec in TOPICS]


@given(looks)
def test_all_is_only_well_when_everything_is_known_to_be(seen: TopicsSnapshot) -> None:
    if all(message.severity is Severity.OK for message in status_messages(seen)):
        read = [topic for topic in seen.topics if topic.topic in WORKER_TOPICS]
        assert not seen.broker_down
        assert seen.report == SAFE
        assert {topic.topic for topic in read} == set(WORKER_TOPICS)
        assert all(topic.lag is not None for topic in read)
        assert all(not topic.lag or (topic.lag_seconds or 0) <= BEHIND_SECONDS for topic in read)
        assert all((topic.oldest_seconds or 0) <= DEFAULT_RETENTION.max_record_age_seconds for topic in seen.topics)
        assert not any(topic.dead_letter_window_records for topic in seen.topics if topic.topic == DEAD_LETTERS)


@given(looks, st.sampled_from(sorted(LANGUAGES)))
def test_everything_seen_has_words(seen: TopicsSnapshot, language: Language) -> None:
    for message in status_messages(seen):
        assert not re.search(r"[{}]", status_text(message, LANGUAGES.locale(language)))
    table = topics_table_html(seen, LANGUAGES.locale(language))
    assert table.count('<tr role="row">') == (len(seen.topics) + 1 if seen.report else 0)
    assert table.count('class="badge"') == (0 if seen.report is None else sum(
        (topic.oldest_seconds or 0) > DEFAULT_RETENTION.max_record_age_seconds for topic in seen.topics
    ) + seen.broker_down)  # fmt: skip


@given(looks)
def test_as_long_as_the_broker_is_away_nothing_else_is_said_of_requests(seen: TopicsSnapshot) -> None:
    away = [name for name in names(seen) if name in ("broker_down", "broker_lost")]
    assert away == ([] if not seen.broker_down else ["broker_lost" if seen.report else "broker_down"])
    if away:
        assert names(seen)[0] == away[0]
        assert status_text(status_messages(seen)[0], EN).startswith(
            "The broker has not responded since 10:12:31\xa0UTC."
        )


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ((0, 0.0), (0, 0.0), "Every request has been answered"),
        ((3, 0.25), (0, 0.0), "Requests in progress: 3, the oldest for 0.3\xa0s"),
        ((3, 2.0), (1_200, 34.4), "Requests waiting: 1,203, the oldest for 34\xa0s"),
        ((None, None), (2, 90.0), "Requests waiting: 2, the oldest for 90\xa0s"),
        ((None, None), (2, 1.0), "Number of waiting requests not known yet"),
    ],
)
def test_both_lanes_together(first, second, said: str) -> None:
    topics = [view(name, *lane, None, 0) for name, lane in zip(WORKER_TOPICS, (first, second), strict=True)]
    assert status_text(status_messages(TopicsSnapshot(AT, topics, SAFE))[0], EN).startswith(said)


def test_what_a_broker_does_not_tell_is_unknown() -> None:
    seen = TopicsSnapshot(
        AT, [TopicStats(spec.name, None, None, None, None, 5.0, None) for spec in TOPICS], UNVERIFIABLE
    )
    assert [(message.name, message.severity) for message in status_messages(seen)] == [
        ("lag_unavailable", Severity.UNKNOWN),
        ("unverifiable", Severity.UNKNOWN),
    ]
    assert topics_table_html(seen, FR).count(">inconnu<") == 2 * len(TOPICS) + 2 * len(WORKER_TOPICS)


def test_what_is_wrong_is_named() -> None:
    old = TopicStats(DEAD_LETTERS, 7, 0.2, None, None, DEFAULT_RETENTION.max_record_age_seconds + 1, 7)
    seen = TopicsSnapshot(AT, quiet(**{DEAD_LETTERS: old}), UNSAFE)
    assert names(seen) == ["answered", "dead_letters", "overdue", "unsafe"]
    words = [status_text(message, EN) for message in status_messages(seen)]
    assert words[1] == "Dead letters in the last minute: 7"
    assert words[2].endswith(f"not deleted in time: {DEAD_LETTERS}")
    assert REQUESTS in words[3]
    assert names(TopicsSnapshot(AT, [], UNSAFE))[0] == "no_topics"


def test_the_topics_of_an_installation_with_a_prefix_are_known_by_it() -> None:
    plain = quiet(**{DEAD_LETTERS: TopicStats(DEAD_LETTERS, 7, 0.2, None, None, 5.0, 7)})
    prefixed = TopicsSnapshot(AT, [replace(view, topic=f"bank-a.{view.topic}") for view in plain], SAFE)
    assert names(prefixed) == names(TopicsSnapshot(AT, plain, SAFE))
    assert f">bank-a.{REQUESTS}<" in topics_table_html(prefixed, EN)


def test_nothing_of_a_finding_is_read_as_html() -> None:
    report = TopicCheckResult(TopicCheckStatus.UNSAFE, [Finding("<b>", "", "")])
    assert "&lt;b&gt;" in status_html(TopicsSnapshot(AT, quiet(), report), None, EN)
    assert "<b>" not in status_html(TopicsSnapshot(AT, quiet(), report), None, EN)


@pytest.mark.parametrize(
    ("report", "severity", "said"),
    [
        (ReadingReport([], 2, 3), Severity.OK, "Refusals: 2; of unauthenticated callers: 3"),
        (ReadingReport([Reader("anna", 70, 0, 0, 5, 0)], 2, 3), Severity.ALERT, "in 24 hours: 1; auditors see who"),
        (Problem.DATABASE_UNAVAILABLE, Severity.UNKNOWN, "not known"),
    ],
)
def test_operators_see_how_many_people_read_unusually_and_not_who(report, severity: Severity, said: str) -> None:
    message = reading_message(report)
    assert message.severity is severity
    shown = status_html(TopicsSnapshot(AT, quiet(), SAFE), message, EN)
    assert said in shown
    assert "anna" not in shown


def test_every_topic_has_words() -> None:
    assert {f"operations.topic.{spec.name}" for spec in TOPICS} <= LANGUAGES["en"].messages.keys()
