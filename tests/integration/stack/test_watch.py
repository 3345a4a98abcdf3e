"""`neoscore topics watch` on a broker, as a stranger runs it."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from contract.kafka import client_options
from contract.settings import Settings
from contract.topics import DEAD_LETTERS, REQUESTS, TOPICS
from producers.monitoring.topic_monitor import TIMESTAMP_RESOLUTION_MS, TopicMonitor
from producers.monitoring.topic_stats import TopicStats
from stack.local.ports import choose_port
from stack.workers import service_environment
from tests.support.brokers import Broker
from tests.support.raw_kafka_client import WAIT_SECONDS, RawKafkaClient

pytestmark = pytest.mark.broker

SECRET = "client-that-no-view-may-show"


@pytest.fixture
def group(config: Settings) -> Settings:
    """Settings of a group of its own, which has answered nothing."""
    return config.model_copy(update={"consumer_group": f"watched-{uuid.uuid4()}"})


@pytest.fixture
def wire(config: Settings) -> Iterator[RawKafkaClient]:
    wire = RawKafkaClient(config)
    yield wire
    wire.close()


def watch(config: Settings, *more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "stack.cli", "topics", "watch", *more]
    variables = service_environment(config, NEOSCORE_CONSUMER_GROUP=config.group, COLUMNS="80")
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=90, check=False)


def look(config: Settings) -> dict[str, TopicStats]:
    with TopicMonitor(config) as reader:
        return {view.base_name: view for view in reader.read()}


def send(wire: RawKafkaClient, topic: str, key: bytes) -> tuple[TopicPartition, int, int]:
    """Partition, offset and time in milliseconds of a record."""
    done = wire.send(topic, SECRET.encode(), key).get(timeout=WAIT_SECONDS)
    return TopicPartition(done.topic, done.partition), done.offset, done.timestamp


def test_one_look_where_the_output_is_no_terminal(group: Settings, broker: Broker, wire: RawKafkaClient) -> None:
    send(wire, REQUESTS, SECRET.encode())
    done = watch(group)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for spec in TOPICS:
        assert any(line.startswith(f"{spec.name}  ") for line in lines)
    assert ("reports no reliable end offsets" in done.stdout) == (not broker.forgets)
    assert SECRET not in done.stdout


def heed_ctrl_c() -> None:
    """Undo what a shell does to the programs that it starts in the background, as these tests may be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_on_a_terminal_it_goes_on_until_ctrl_c(group: Settings) -> None:
    terminal, output = pty.openpty()
    variables = service_environment(group, NEOSCORE_CONSUMER_GROUP=group.consumer_group, COLUMNS="80", TERM="xterm")
    command = [sys.executable, "-m", "stack.cli", "topics", "watch", "--interval", "0.5"]
    process = subprocess.Popen(command, env=variables, stdout=output, stderr=subprocess.PIPE, preexec_fn=heed_ctrl_c)
    os.close(output)
    try:
        seen = b""
        while seen.count(group.consumer_group.encode()) < 3:
            seen += os.read(terminal, 65_536)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # how the end of a terminal reads
            while os.read(terminal, 65_536):
                pass
        _, said = process.communicate(timeout=WAIT_SECONDS)
        assert (process.returncode, said) == (0, b"")
    finally:
        process.kill()
        os.close(terminal)


def test_without_a_broker_it_ends_with_a_sentence(tmp_path: Path) -> None:
    done = watch(Settings(kafka_bootstrap_servers=f"127.0.0.1:{choose_port()}", home=tmp_path), "--once")
    assert done.returncode == 1
    assert done.stderr.startswith("neoscore: cannot reach a Kafka broker")
    assert "Traceback" not in done.stderr


def test_what_a_group_has_not_answered_is_its_lag(group: Settings, broker: Broker, wire: RawKafkaClient) -> None:
    if not broker.forgets:
        pytest.skip("Tansu, the only broker here, tells wrong end offsets, and the view says so")
    key = SECRET.encode()
    _, _, first_ms = send(wire, REQUESTS, key)
    while time.time() - first_ms / 1000 < 2:  # so that the next one is clearly younger
        time.sleep(0.1)
    partition, offset, second_ms = send(wire, REQUESTS, key)
    send(wire, REQUESTS, key)
    while (found := look(group)[REQUESTS]).lag is None:
        time.sleep(0.1)  # a broker that has just started; the test's timeout bounds this
    assert found.lag == found.retained

    commit_all_but(group, partition, offset)
    before = time.time()
    found = look(group)[REQUESTS]
    assert found.lag == 2
    age = found.lag_seconds
    assert age is not None
    assert before - second_ms / 1000 - 0.01 <= age <= time.time() - second_ms / 1000 + TIMESTAMP_RESOLUTION_MS / 1000
    assert (found.oldest_seconds or 0) >= age


def test_dead_letters_of_the_last_minute_are_counted(group: Settings, broker: Broker, wire: RawKafkaClient) -> None:
    if not broker.forgets:
        pytest.skip("Tansu, the only broker here, tells wrong end offsets, and the view says so")
    before = look(group)[DEAD_LETTERS].dead_letter_window_records
    assert before is not None
    for _ in range(before + 3):  # more than could become too old meanwhile
        send(wire, DEAD_LETTERS, b"")
    after = look(group)[DEAD_LETTERS].dead_letter_window_records or 0
    assert before + 3 <= after <= 2 * before + 3


def commit_all_but(config: Settings, last: TopicPartition, offset: int) -> None:
    """Let the group have answered every request but those of one partition from an offset on."""
    consumer = KafkaConsumer(**client_options(config), group_id=config.consumer_group, enable_auto_commit=False)
    topic = config.topic(REQUESTS)
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions) | {last: offset}
    consumer.commit({partition: OffsetAndMetadata(end, "", -1) for partition, end in ends.items()})
    consumer.close()
