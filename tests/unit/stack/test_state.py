import stat
from pathlib import Path

import pytest

from stack.errors import StackAlreadyRunningError
from stack.state import (
    STATE_FILE,
    BrokerInfo,
    DatabaseInfo,
    StackState,
    export_addresses,
    is_running,
    read_state,
    remove_state,
    stack_lock,
    write_state,
)

STATE = StackState(
    pid=42,
    kafka=BrokerInfo("127.0.0.1:1234", "apache"),
    database=DatabaseInfo("postgresql+psycopg2://neoscore:secret@127.0.0.1:5/neoscore", "postgresql"),
)


def test_the_file_says_what_was_written_to_its_owner_only(tmp_path: Path) -> None:
    write_state(tmp_path, STATE)
    assert read_state(tmp_path) == STATE
    assert stat.S_IMODE((tmp_path / STATE_FILE).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [STATE_FILE]
    remove_state(tmp_path)
    assert read_state(tmp_path) is None


def test_a_file_that_is_not_ours_is_no_state(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_text("[1, 2]")
    assert read_state(tmp_path) is None


def test_one_stack_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "run"
    assert not is_running(folder)
    with stack_lock(folder):
        assert is_running(folder)
        with pytest.raises(StackAlreadyRunningError, match="neoscore down"), stack_lock(folder):
            pass
    assert not is_running(folder)


def test_commands_adopt_the_addresses_of_a_stack_that_runs(tmp_path: Path) -> None:
    write_state(tmp_path, STATE)
    environment = {"NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": "mine:9092"}
    export_addresses(tmp_path, environment)
    assert environment == {"NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": "mine:9092"}, "it does not run"
    with stack_lock(tmp_path):
        export_addresses(tmp_path, environment)
    assert STATE.database is not None
    assert environment == {"NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": "mine:9092", "NEOSCORE_DATABASE_URL": STATE.database.url}


def test_commands_adopt_the_prefix_with_the_broker(tmp_path: Path) -> None:
    write_state(tmp_path, StackState(pid=42, kafka=BrokerInfo("127.0.0.1:1234", "external", topic_prefix="bank-a.")))
    environment: dict[str, str] = {}
    with stack_lock(tmp_path):
        export_addresses(tmp_path, environment)
    assert environment == {"NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1234", "NEOSCORE_TOPIC_PREFIX": "bank-a."}
