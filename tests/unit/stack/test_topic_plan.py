"""What `neoscore topics apply` would do, computed from what a broker reports."""

from hypothesis import given
from hypothesis import strategies as st

from contract.retention import DEFAULT_RETENTION, Retention
from contract.topics import TOPICS, topic_config
from stack.topic_plan import Action, TopicChange, TopicState, plan_changes

WANTED = topic_config(DEFAULT_RETENTION)


def states(**changed: TopicState | None) -> dict[str, TopicState | None]:
    return {spec.name: TopicState(spec.partitions, WANTED) for spec in TOPICS} | changed


def test_topics_as_they_should_be_need_no_change() -> None:
    assert plan_changes(TOPICS, states(), WANTED) == []


def test_a_missing_topic_is_created_with_its_settings() -> None:
    name = TOPICS[0].name
    [change] = plan_changes(TOPICS, states(**{name: None}), WANTED)
    assert (change.topic, change.action, change.changes_topic) == (name, Action.CREATE, True)
    assert "6 partitions" in change.wanted
    assert "retention.ms=60000" in change.wanted


def test_another_retention_changes_two_settings_of_each_topic() -> None:
    changes = plan_changes(TOPICS, states(), topic_config(Retention(120)))
    assert [change for change in changes if change.topic == TOPICS[0].name] == [
        TopicChange(TOPICS[0].name, Action.SET, "retention.ms", "60000", "120000"),
        TopicChange(TOPICS[0].name, Action.SET, "segment.ms", "30000", "60000"),
    ]
    assert len(changes) == 2 * len(TOPICS)


@given(st.integers(1, 64))
def test_partitions_are_added_and_never_removed(partitions: int) -> None:
    name, wanted = TOPICS[0].name, TOPICS[0].partitions
    changes = plan_changes(TOPICS, states(**{name: TopicState(partitions, WANTED)}), WANTED)
    assert [change.action for change in changes if change.changes_topic] == [Action.ADD] * (partitions < wanted)
    assert [change.action for change in changes if not change.changes_topic] == [Action.KEEP] * (partitions > wanted)


def test_settings_that_a_broker_does_not_report_are_neither_compared_nor_changed() -> None:
    changes = plan_changes(TOPICS, {spec.name: TopicState(spec.partitions, {}) for spec in TOPICS}, WANTED)
    assert [change.action for change in changes] == [Action.UNKNOWN] * len(TOPICS)
    assert not any(change.changes_topic for change in changes)
