"""A broker that stops answering for a while: nothing is lost, and the worker goes on by itself."""

import contextlib
import os
import signal
import time
import uuid
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.kafka import open_admin
from contract.messages import Scored
from contract.settings import Settings
from contract.topic_admin import create_topics
from contract.topics import REQUESTS, RESPONSES
from stack.local.process import ChildProcess
from stack.local.service import LocalService
from stack.probes import fetch
from stack.workers import metrics_url, service_environment, start_worker, wait_until_serving, with_metrics_port
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.tiny_model import draw_features
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

PAUSE_SECONDS = 14
"""Longer than the producer's own tries (10 s) and the session (6 s)."""

FEATURES = draw_features(200, seed=24)


@pytest.fixture
def config(own_broker: LocalService, tmp_path: Path) -> Settings:
    """An installation for each test. It goes with the broker."""
    config = Settings(
        kafka_bootstrap_servers=own_broker.address, topic_prefix=f"{uuid.uuid4().hex[:6]}.", home=tmp_path
    )
    create_topics(config)
    return config


@pytest.fixture
def watchdog_seconds() -> float:
    return PAUSE_SECONDS + 11


@pytest.fixture
def worker(config: Settings, tiny_bundle: Bundle, tmp_path: Path, watchdog_seconds: float) -> Iterator[ChildProcess]:
    variables = service_environment(
        config, NEOSCORE_MODEL=str(tiny_bundle.path), NEOSCORE_WATCHDOG_TIMEOUT_SECONDS=str(watchdog_seconds)
    )
    worker = start_worker(1, tmp_path / "worker.log", with_metrics_port(variables))
    wait_until_serving(config, [worker])
    yield worker
    worker.stop()


def test_requests_in_hand_are_answered_when_the_broker_is_back(
    own_broker: LocalService, worker: ChildProcess, wire: RawKafkaClient
) -> None:
    before = [wire.send_request(f, f"a{i}", expires_at="2999-01-01T00:00:00Z") for i, f in enumerate(FEATURES)]
    wire.flush()
    os.kill(own_broker.child.pid, signal.SIGSTOP)
    time.sleep(PAUSE_SECONDS)
    os.kill(own_broker.child.pid, signal.SIGCONT)
    after = [wire.send_request(f, f"b{i}", expires_at="2999-01-01T00:00:00Z") for i, f in enumerate(FEATURES)]
    assert all(isinstance(answer, Scored) for answer in wire.wait_for_results(before + after))
    assert worker.exit_code is None


@pytest.mark.parametrize("watchdog_seconds", [5])
def test_a_worker_that_cannot_answer_says_so_and_ends_itself(
    config: Settings, worker: ChildProcess, wire: RawKafkaClient, tmp_path: Path
) -> None:
    admin = open_admin(config)
    admin.delete_topics([config.topic(RESPONSES)])
    admin.close()
    wire.send_request(FEATURES[0])
    wire.flush()
    deadline = time.monotonic() + 90
    address, said = metrics_url(worker), set()
    assert address is not None
    while worker.exit_code is None and time.monotonic() < deadline:
        time.sleep(0.2)
        with contextlib.suppress(OSError, HTTPException):
            said.add(fetch(address, "/healthz"))
    assert worker.exit_code == 1
    assert any(status == 503 and reason.startswith(f"{config.topic(REQUESTS)} stalled") for status, reason in said)
    assert f"worker exiting: {config.topic(REQUESTS)} stalled" in (tmp_path / "worker.log").read_text()


def test_a_worker_whose_broker_died_still_ends(own_broker: LocalService, worker: ChildProcess) -> None:
    os.kill(own_broker.child.pid, signal.SIGKILL)
    worker.terminate()
    wait_until(lambda: worker.exit_code is not None)
    assert worker.exit_code == 1
