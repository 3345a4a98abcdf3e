"""The Operations page's reading of a real broker: shared, known to be old while the broker is away, back by itself."""

import threading
from collections.abc import Iterator

import pytest

from contract.settings import Settings
from contract.topic_admin import create_topics
from contract.topics import DEAD_LETTERS, TOPICS, TopicCheckResult, TopicCheckStatus, check_topics
from producers.monitoring.topic_stats import TopicStats
from reporting.backend.monitors import MonitorSubscription
from reporting.backend.topic_monitor import TopicMonitors, TopicsSnapshot
from stack.errors import MissingDependencyError
from stack.local.tansu import find_tansu, start_tansu
from tests.support.brokers import Broker
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.waiting import wait_until

pytestmark = pytest.mark.broker


@pytest.fixture
def live(config: Settings) -> Iterator[TopicMonitors]:
    shared = TopicMonitors(config)
    yield shared
    shared.close()


def look(live: TopicMonitors) -> MonitorSubscription[TopicsSnapshot]:
    """Open a view that has seen the topics."""
    opened = live.subscribe()
    wait_until(lambda: opened.snapshot().report is not None)
    return opened


def topic(seen: TopicsSnapshot, name: str) -> TopicStats:
    return next(view for view in seen.topics if view.base_name == name)


def readers() -> int:
    return sum(thread.name == "watch topics" for thread in threading.enumerate())


def test_a_record_is_seen_by_every_page_and_the_last_one_ends_the_reading(live, config, broker: Broker) -> None:
    first, second = look(live), live.subscribe()
    assert second.snapshot() is first.snapshot()
    assert [view.topic for view in first.snapshot().topics] == [spec.name for spec in config.topics()]
    assert readers() == 1

    before = topic(first.snapshot(), DEAD_LETTERS).dead_letter_window_records
    wire = RawKafkaClient(config)
    for _ in range((before or 0) + 3):  # more than could become too old meanwhile
        wire.send(DEAD_LETTERS, b"{}", b"")
    wire.flush()
    wire.close()
    first.close()
    if broker.forgets:
        assert second.snapshot().report.status is TopicCheckStatus.SAFE
        assert before is not None
        wait_until(lambda: (topic(second.snapshot(), DEAD_LETTERS).dead_letter_window_records or 0) > before)
    else:
        assert second.snapshot().report.status is TopicCheckStatus.UNVERIFIABLE
        wait_until(lambda: topic(second.snapshot(), DEAD_LETTERS).oldest_seconds is not None)
        assert before is None

    second.close()
    wait_until(lambda: readers() == 0)


def test_topics_that_come_late_and_a_broker_that_goes_and_comes_back(log_folder, tmp_path) -> None:
    try:
        find_tansu()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start_tansu(log_folder / "back.log", 0)
    config = Settings(kafka_bootstrap_servers=part.address, home=tmp_path)
    live = TopicMonitors(config)
    watch = live.subscribe()
    missing = check_topics({spec.name: None for spec in config.topics()}, config.retention)
    wait_until(lambda: watch.snapshot().report == missing)
    create_topics(config)
    wait_until(lambda: watch.snapshot().report == TopicCheckResult(TopicCheckStatus.UNVERIFIABLE))
    seen = watch.snapshot()
    assert len(seen.topics) == len(TOPICS)

    part.stop()
    wait_until(lambda: watch.snapshot().broker_down)
    old = watch.snapshot()
    assert len(old.topics) == len(TOPICS)
    assert old.at >= seen.at

    part = start_tansu(log_folder / "back.log", int(part.address.rpartition(":")[2]))
    wait_until(lambda: not watch.snapshot().broker_down)
    assert watch.snapshot().at > old.at
    live.close()
    wait_until(lambda: readers() == 0)
    part.stop()
