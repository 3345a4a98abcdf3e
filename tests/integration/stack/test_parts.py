"""Broker and database really start, answer and leave nothing."""

from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from contract.settings import Settings
from contract.topic_admin import create_topics, verify_topics
from contract.topics import TOPICS, TopicCheckStatus
from db.migrate import migrate
from producers.monitoring.partition_ages import read_partition_ages
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.postgres import add_login, find_postgres, start_postgres
from stack.local.service import LocalService
from stack.local.tansu import find_tansu, start_tansu


def start_broker(kind: str, log: Path) -> LocalService:
    check, start = {"apache": (check_kafka, start_kafka), "tansu": (find_tansu, start_tansu)}[kind]
    try:
        check()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    return start(log, 0)


@pytest.mark.parametrize(
    ("kind", "verdict"), [("apache", TopicCheckStatus.SAFE), ("tansu", TopicCheckStatus.UNVERIFIABLE)]
)
def test_a_broker_starts_serves_and_vanishes(kind: str, verdict: TopicCheckStatus, tmp_path: Path) -> None:
    part = start_broker(kind, tmp_path / "broker.log")
    try:
        config = Settings(kafka_bootstrap_servers=part.address)
        assert create_topics(config) == [spec.name for spec in TOPICS]
        assert verify_topics(config).status is verdict
        views = read_partition_ages(config, "score.requests")
        assert [(view.partition, view.begin, view.end, view.oldest_seconds) for view in views] == [
            (number, 0, 0, None) for number in range(6)
        ]
    finally:
        part.stop()
    assert part.child.exit_code is not None
    assert not psutil.pid_exists(part.child.pid)
    assert not part.scratch.path.exists()


@pytest.mark.database
def test_postgres_starts_without_roots_rights_serves_tcp_and_vanishes(tmp_path: Path) -> None:
    try:
        find_postgres()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start_postgres(tmp_path / "postgres.log", 0)
    try:
        migrate(part.address)
        login = create_engine(add_login(part.address, "dashboard", "neoscore_append"))
        with login.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM clients")) == 0
            assert connection.scalar(text("SELECT inet_server_addr()")) == "127.0.0.1"
        login.dispose()
        assert psutil.Process(part.child.pid).uids().real != 0
    finally:
        part.stop()
    assert part.child.exit_code == 0
    assert not part.scratch.path.exists()


@pytest.mark.database
def test_the_password_is_needed(database_url: str) -> None:
    from db.errors import DatabaseUnavailableError

    head, _, place = database_url.rpartition("@")
    with pytest.raises(DatabaseUnavailableError, match="password"):
        migrate(f"{head}x@{place}")
