"""Two installations on one broker, each with its own prefix: neither sees anything of the other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.bundle import Bundle
from contract.errors import TopicError
from contract.kafka import open_admin
from contract.messages import Scored
from contract.settings import Settings
from contract.topic_admin import create_topics, describe_topic_configs
from contract.topics import DEAD_LETTERS, REQUESTS, TOPICS
from producers.client import ScoreClient
from producers.dead_letters import DeadLetterQueue
from producers.errors import ResponseTimeoutError
from producers.monitoring.topic_monitor import TopicMonitor
from stack.privacy.topic_expiry import read_all
from stack.workers import service_environment
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.tiny_model import draw_features
from tests.support.workers import running_worker

pytestmark = pytest.mark.broker

FEATURES = draw_features(3, seed=4)


@dataclass(frozen=True)
class Banks:
    """Two installations. A worker of the first one answers; of the second there is none."""

    first: Settings
    second: Settings


@pytest.fixture(scope="module")
def banks(
    broker: Any, tiny_bundle: Bundle, log_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Banks]:
    first, second = (
        Settings(kafka_bootstrap_servers=broker.bootstrap, topic_prefix=prefix, home=tmp_path_factory.mktemp("bank"))
        for prefix in ("bank-a.", "bank-b.")
    )
    with pytest.raises(TopicError, match=r"bank-a\.score\.requests: the topic does not exist"):
        ScoreClient(first, "/test")
    for config in (first, second):
        assert create_topics(config) == [config.topic(spec.name) for spec in TOPICS]
    with running_worker(first, tiny_bundle, log_folder / "bank-a.log"):
        yield Banks(first, second)


def test_only_the_own_worker_answers(banks: Banks) -> None:
    with ScoreClient(banks.first, "/test") as client:
        assert isinstance(client.score("c1", FEATURES[0]), Scored)
    with ScoreClient(banks.second, "/test") as client, pytest.raises(ResponseTimeoutError):
        client.score("c1", FEATURES[0], timeout=1)


def test_responses_and_dead_letters_stay_in_their_installation(banks: Banks) -> None:
    first, second = RawKafkaClient(banks.first), RawKafkaClient(banks.second)
    boxes = DeadLetterQueue(banks.first), DeadLetterQueue(banks.second)
    try:
        assert isinstance(first.wait_for_result(first.send_request(FEATURES[1], "c2")), Scored)
        place = first.send(REQUESTS, b"{", None).get(10)
        first.read(lambda: bool(first.records[DEAD_LETTERS]))
        [letter] = boxes[0].read_all()
        assert (letter.dead_letter.topic, letter.dead_letter.offset) == (f"bank-a.{REQUESTS}", place.offset)
        assert boxes[1].read_all() == []
        second.poll(500)
        assert not any(second.records.values())
    finally:
        for opened in (first, second, *boxes):
            opened.close()


def test_the_groups_of_workers_are_two(banks: Banks) -> None:
    assert [config.group for config in (banks.first, banks.second)] == [
        "bank-a.neoscore-scorer",
        "bank-b.neoscore-scorer",
    ]
    admin = open_admin(banks.first)
    try:
        groups = {group["group_id"] if isinstance(group, dict) else group[0] for group in admin.list_groups()}
    finally:
        admin.close()
    assert banks.first.group in groups
    assert banks.second.group not in groups, "it has no worker"


def test_settings_offsets_and_the_privacy_check_look_at_the_own_topics_only(banks: Banks) -> None:
    for config in (banks.first, banks.second):
        own = [config.topic(spec.name) for spec in TOPICS]
        assert list(describe_topic_configs(config)) == own
        assert list(read_all(config)) == own
        with TopicMonitor(config) as reader:
            assert [view.topic for view in reader.read()] == own
    wire = RawKafkaClient(banks.second)
    wire.send(REQUESTS, b"{}", b"c3").get(10)
    wire.close()
    assert any(view.end > view.begin for view in read_all(banks.second)[f"bank-b.{REQUESTS}"])


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        (
            "bank-c.",
            "bank-c.score.requests: the topic does not exist; run `neoscore topics apply`, or correct NEOSCORE",
        ),
        ("bank_c.", "NEOSCORE_TOPIC_PREFIX: use letters, digits, dots and dashes only"),
    ],
)
def test_a_prefix_without_topics_and_an_illegal_one_are_refused_in_a_sentence(
    banks: Banks, prefix: str, said: str
) -> None:
    variables = service_environment(banks.first) | {"NEOSCORE_TOPIC_PREFIX": prefix}
    command = [sys.executable, "-m", "stack.cli", "topics", "check"]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
