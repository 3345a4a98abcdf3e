"""`neoscore topics apply` on a real broker: existing topics follow the settings, and a dry run changes nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from contract.kafka import open_admin
from contract.settings import Settings
from contract.topic_admin import describe_topic_configs, verify_topics
from contract.topics import DEAD_LETTERS, REQUESTS, RESPONSES, TOPIC_CONFIG, TOPICS, TopicCheckStatus
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.tansu import find_tansu, start_tansu
from tests.support.waiting import wait_until

pytestmark = pytest.mark.broker


@pytest.fixture
def apache(tmp_path: Path) -> Iterator[Settings]:
    """A broker of this test's own, empty."""
    try:
        check_kafka()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    service = start_kafka(tmp_path / "kafka.log", 0)
    try:
        yield Settings(kafka_bootstrap_servers=service.address, home=tmp_path)
    finally:
        service.stop()


def run_topics(config: Settings, *arguments: str, retention: int = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "topics", *arguments],
        env=os.environ
        | {
            "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": config.kafka_bootstrap_servers,
            "NEOSCORE_HOME": str(config.home),
            "NEOSCORE_RETENTION_SECONDS": str(retention),
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def partitions(config: Settings) -> dict[str, int]:
    admin = open_admin(config)
    try:
        return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
    finally:
        admin.close()


def create(config: Settings, **counts: int) -> None:
    """Create topics of other numbers of partitions, and a retention of a week with a setting of their own."""
    settings = {**TOPIC_CONFIG, "retention.ms": "604800000", "min.insync.replicas": "1"}
    admin = open_admin(config)
    try:
        wanted = {
            name: {"num_partitions": count, "replication_factor": 1, "configs": settings}
            for name, count in counts.items()
        }
        admin.create_topics(wanted, wait_for_metadata=True)
    finally:
        admin.close()


def test_existing_topics_are_brought_to_the_settings(apache: Settings) -> None:
    create(apache, **{REQUESTS: 2, RESPONSES: 6, DEAD_LETTERS: 3})
    before = describe_topic_configs(apache), partitions(apache)

    dry = run_topics(apache, "apply", "--dry-run")
    assert dry.returncode == 0
    assert "604800000" in dry.stdout
    assert (describe_topic_configs(apache), partitions(apache)) == before, "a dry run changes nothing"

    done = run_topics(apache, "apply")
    assert done.returncode == 0, done.stderr
    assert "Kafka cannot remove partitions" in done.stderr
    wait_until(lambda: partitions(apache) == {spec.name: spec.partitions for spec in TOPICS} | {DEAD_LETTERS: 3})
    wait_until(lambda: (describe_topic_configs(apache)[REQUESTS] or {})["retention.ms"] == "60000")
    assert verify_topics(apache).status is TopicCheckStatus.SAFE
    assert run_topics(apache, "apply").stdout.endswith("nothing to change\n")
    assert run_topics(apache, "check").returncode == 0


def test_topics_follow_a_changed_retention_and_keep_what_is_theirs(apache: Settings) -> None:
    assert run_topics(apache, "apply").returncode == 0
    admin = open_admin(apache)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, REQUESTS, configs={"compression.type": "lz4"})])
    admin.close()
    assert run_topics(apache, "check", retention=20).returncode == 1

    assert run_topics(apache, "apply", retention=20).returncode == 0
    shorter = apache.model_copy(update={"retention_seconds": 20})
    wait_until(lambda: (describe_topic_configs(shorter)[RESPONSES] or {})["segment.ms"] == "10000")
    assert verify_topics(shorter).status is TopicCheckStatus.SAFE
    assert (describe_topic_configs(shorter)[REQUESTS] or {})["compression.type"] == "lz4"
    assert "every topic deletes what is older than 20 s" in run_topics(apache, "check", retention=20).stdout


def test_tansu_creates_topics_and_says_what_it_cannot(tmp_path: Path) -> None:
    try:
        find_tansu()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    service = start_tansu(tmp_path / "tansu.log", 0)
    try:
        config = Settings(kafka_bootstrap_servers=service.address, home=tmp_path)
        assert "6 changes made" in run_topics(config, "apply").stdout
        again = run_topics(config, "apply", retention=20)
        assert again.returncode == 0
        assert "does not report topic configuration" in again.stderr
        assert again.stdout == "nothing to change\n"
    finally:
        service.stop()
