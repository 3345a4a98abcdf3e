import socket
import subprocess
import sys
from pathlib import Path

import pytest

from contract.topics import MAX_MESSAGE_BYTES
from stack.errors import MissingDependencyError, ServiceFailedError
from stack.launch import EXTERNAL, resolve_broker
from stack.local import kafka_jars
from stack.local.kafka import server_properties
from stack.local.ports import choose_port, is_listening
from stack.local.process import ChildProcess, ProcessSpec, log_tail
from stack.local.scratch import LOCK, ScratchFolder, remove_stale

RUN_AND_SAY = "import sys, time; print('bad luck', flush=True); "


def test_the_usual_port_is_taken_when_it_is_free() -> None:
    free = choose_port()
    assert choose_port(free) == free
    with socket.create_server(("127.0.0.1", free)):
        assert is_listening(free)
        assert choose_port(free) not in (0, free)
    assert not is_listening(free)


def test_no_outgoing_connection_can_be_given_a_port_that_was_chosen() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(given.read_text().split()[0]) if given.exists() else 32_768
    assert all(choose_port() < lowest for _ in range(20))


def test_a_broker_listens_on_this_machine_only_and_forgets_soon() -> None:
    lines = dict(line.split("=", 1) for line in server_properties(1001, 1002, Path("/logs")).splitlines())
    assert all(listener.split("//")[1].startswith("127.0.0.1:") for listener in lines["listeners"].split(","))
    assert int(lines["log.retention.check.interval.ms"]) <= 5_000
    assert int(lines["message.max.bytes"]) > MAX_MESSAGE_BYTES
    assert lines["auto.create.topics.enable"] == "false"


@pytest.mark.parametrize("address", ["broker:9092", "10.0.0.1:9092,10.0.0.2:9092"])
def test_an_address_is_a_broker(address: str) -> None:
    assert resolve_broker(address) == EXTERNAL


@pytest.mark.parametrize("nonsense", ["", "redpanda", "host", "host:", "host:port", "a:1,"])
def test_anything_else_is_a_mistake(nonsense: str) -> None:
    with pytest.raises(ValueError, match="neither auto"):
        resolve_broker(nonsense)


def test_a_wrong_kafka_home_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(MissingDependencyError, match="no Apache Kafka 4"):
        kafka_jars.find_jars(lambda note: None)


def test_a_scratch_folder_outlives_a_sweep_but_not_its_owner(tmp_path: Path) -> None:
    mine = ScratchFolder(tmp_path, "kafka")
    orphan = tmp_path / "neoscore-kafka-orphan"
    orphan.mkdir()
    (orphan / LOCK).touch()
    foreign = tmp_path / "neoscore-like"
    foreign.mkdir()
    remove_stale(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == {mine.path.name, foreign.name}
    mine.remove()
    mine.remove()
    assert not mine.path.exists()


def child(tmp_path: Path, code: str) -> ChildProcess:
    return ChildProcess(ProcessSpec("the part", [sys.executable, "-c", RUN_AND_SAY + code], tmp_path / "part.log", {}))


def test_a_part_that_ends_while_it_starts_is_said_with_its_log(tmp_path: Path) -> None:
    part = child(tmp_path, "sys.exit(7)")
    with pytest.raises(ServiceFailedError) as failure:
        part.wait_until(lambda: False, 60)
    assert "the part ended with exit code 7 while it started" in str(failure.value)
    assert "bad luck" in str(failure.value)
    assert str(tmp_path / "part.log") in str(failure.value)


def test_a_part_that_never_answers_is_said(tmp_path: Path) -> None:
    part = child(tmp_path, "time.sleep(600)")
    with pytest.raises(ServiceFailedError, match="was not ready"):
        part.wait_until(lambda: False, 0)
    part.stop()
    part.stop()
    assert part.exit_code is not None


def test_the_tail_of_a_log_is_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert log_tail(log) == []
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    assert log_tail(log)[-1] == "line 99"
    assert len(log_tail(log)) < 20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from stack.local.process import ChildProcess, ProcessSpec\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        f"print(ChildProcess(ProcessSpec('x', command, Path({str(tmp_path)!r}) / 'x.log', {{}})).pid)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    stat = Path(f"/proc/{int(said)}/stat")
    while stat.exists() and stat.read_text().split()[2] != "Z":
        pass  # the test's timeout bounds this


def test_only_the_jars_of_kafka_are_kept(tmp_path: Path) -> None:
    (tmp_path / "kafka_2.13-4.3.0.jar").write_bytes(b"something else")
    with pytest.raises(MissingDependencyError, match="SHA-256 differs"):
        kafka_jars.verify_jars(tmp_path)


def test_the_jars_of_this_user_are_those_of_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)  # without Maven, nothing is fetched
    try:
        jars = kafka_jars.find_jars(print)
    except MissingDependencyError:
        pytest.skip("Maven has not fetched Apache Kafka for this user yet")
    kafka_jars.verify_jars(jars)
