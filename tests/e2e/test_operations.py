"""Operations see how the topics are, in their language, on any screen, and what nobody answers."""

import re
from contextlib import closing

import pytest
from kafka import KafkaConsumer, TopicPartition
from playwright.sync_api import expect

from contract.kafka import client_options
from contract.settings import Settings
from contract.topic_admin import verify_topics
from contract.topics import BATCH_REQUESTS, REQUESTS, TopicCheckStatus
from tests.e2e.harness import TIMEOUT_MS
from tests.support.raw_kafka_client import RawKafkaClient

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


GROUP = "nobody-works-here"

WAITING = re.compile("Requests (in progress|waiting): [1-9]")


def have_answered(config: Settings, group: str) -> None:
    """Have a group of workers answered all that is there."""
    with closing(KafkaConsumer(**client_options(config), group_id=group, enable_auto_commit=False)) as consumer:
        topics = (REQUESTS, BATCH_REQUESTS)
        consumer.assign(
            [TopicPartition(name, number) for name in topics for number in consumer.partitions_for_topic(name)]
        )
        consumer.seek_to_end()
        for partition in consumer.assignment():
            consumer.position(partition)
        consumer.commit()


def test_a_request_that_nobody_answers_is_seen_to_wait(start, stack, screen) -> None:
    """The dashboard is told of a group of workers that is not there, and that has answered what came before."""
    if verify_topics(stack.config).status is TopicCheckStatus.UNVERIFIABLE:
        pytest.skip("this broker tells wrong end offsets, and the page says so")
    have_answered(stack.config, GROUP)
    operator = screen(f"{start(stack.config, consumer_group=GROUP)}/?page=operations&lang=en").page
    row = operator.get_by_role("row").nth(1)
    expect(operator.get_by_role("row")).to_have_count(7)
    expect(row.get_by_role("rowheader")).to_have_text(re.compile("^score.requests ?Interactive requests$"))
    expect(operator.get_by_text("every topic deletes records older than 60 s")).to_be_visible()
    expect(operator.get_by_role("listitem").first).not_to_have_text(WAITING)

    person = next(iter(stack.clients.values()))
    wire = RawKafkaClient(stack.config)
    for _ in range(3):
        wire.send_request(person)
    wire.flush()
    wire.close()
    expect(operator.get_by_role("listitem").first).to_have_text(WAITING)
    expect(row.get_by_role("cell").nth(2)).to_have_text(re.compile("^[1-9]"))
    expect(operator.get_by_role("status").filter(has_text="Requests")).to_have_count(1, timeout=2 * TIMEOUT_MS)

    operator.get_by_role("button", name="Français").click()
    expect(operator.get_by_role("columnheader", name="Attente la plus longue")).to_be_visible()
    for width in (1440, 1024, 390):
        operator.set_viewport_size({"width": width, "height": 900})
        expect(row).to_be_visible()
        assert operator.evaluate("document.documentElement.scrollWidth") <= width
