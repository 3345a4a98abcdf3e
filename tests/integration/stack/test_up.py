"""`neoscore up` as a user runs it, with a broker that starts in no time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contract.bundle import Bundle
from stack.errors import MissingDependencyError
from stack.local.kept_folder import kept_path
from stack.local.postgres import find_postgres
from stack.local.tansu import find_tansu
from stack.probes import fetch
from stack.state import StackState, is_running, read_state

pytestmark = [pytest.mark.broker, pytest.mark.database]


@pytest.fixture
def home(tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder with a model; what a failing test leaves there is ended."""
    try:
        find_tansu()
        find_postgres()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("NEOSCORE_HOME", str(tmp_path))
    monkeypatch.setenv("NEOSCORE_MODEL", str(bundle.path.absolute()))
    yield tmp_path
    neoscore("down", "--forget")
    assert not kept_path(tmp_path).exists()


def neoscore(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", *arguments], capture_output=True, text=True, timeout=200, check=False
    )


def up(home: Path, *options: str, says: str = "") -> StackState:
    done = neoscore("up", "--detach", "--broker", "tansu", "--workers", "1", *options)
    assert done.returncode == 0, done.stderr
    assert says in done.stderr
    state = read_state(home / "run")
    assert state is not None
    assert state.ready
    assert state.dashboard is not None
    assert state.dashboard.url in done.stdout
    assert state.gateway is not None
    assert fetch(state.gateway.url, "/healthz")[0] == 200
    assert "Tansu deletes nothing" in done.stderr, "the user is warned about Tansu"
    return state


def processes(state: StackState) -> list[psutil.Process]:
    own = psutil.Process(state.pid)
    return [own, *own.children(recursive=True)]


def assert_gone(those: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(those, timeout=60)
    assert [process.name() for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_demo_scores_one_client_and_down_leaves_nothing(home: Path) -> None:
    done = neoscore("demo", "--broker", "tansu", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "%" in done.stdout
    state = read_state(home / "run")
    assert state is not None
    assert state.kafka is not None
    assert state.kafka.bootstrap in done.stdout
    those = processes(state)

    assert state.processes[-1].metrics is not None
    shown = neoscore("status")
    assert shown.returncode == 0
    assert state.processes[-1].metrics in shown.stdout
    watched = neoscore("topics", "watch", "--once")
    assert watched.returncode == 0, watched.stderr
    assert "\nworker 1    yes       1 " in watched.stdout, "one client was scored"
    assert "reports no reliable end offsets" in watched.stdout
    assert neoscore("topics", "check").returncode == 4, "commands find the running stack; Tansu cannot be verified"
    second = neoscore("up", "--broker", "tansu")
    assert second.returncode == 1
    assert "runs already" in second.stderr

    assert neoscore("down").returncode == 0
    assert_gone(those)
    assert read_state(home / "run") is None
    assert neoscore("status").returncode == 3


@pytest.fixture
def own_model(home: Path, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve a model whose data set does not come with NeoScore."""
    monkeypatch.setenv("NEOSCORE_MODEL", str(tiny_bundle.path.absolute()))


@pytest.mark.usefixtures("own_model")
def test_ones_own_clients_are_scored_and_are_there_again(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    columns = "no,income,debt,late,home,score,constant"
    file.write_text(f"{columns}\nK1,3000,1000,0,owner,0.5,0\nK2,-1,1000,0,owner,0.5,0\n")
    state = up(home, "--clients", str(file), "--customer-number", "no", says="1 invalid rows were not loaded")
    scored = neoscore("score", (ref := neoscore("pseudonym", "K1").stdout.strip()))
    assert scored.returncode == 0, scored.stderr
    those = processes(state)
    assert neoscore("down").returncode == 0
    assert_gone(those)
    assert state.database is not None
    checked = neoscore("db", "check")
    assert checked.returncode == 0, "commands use the local database while no stack runs"
    assert "every client has every feature" in checked.stdout
    exported = neoscore("audit", "export", "--client-ref", ref)
    assert '"command_line_score","scored"' in exported.stdout
    assert "activated" in neoscore("model", "history").stdout
    forgotten = neoscore("down", "--forget")
    assert "removed the local database" in forgotten.stderr
    assert neoscore("db", "check").returncode == 1
    assert neoscore("down", "--forget").returncode == 0


def test_a_worker_that_is_killed_is_started_again(home: Path) -> None:
    state = up(home)
    (worker,) = state.workers
    os.kill(worker, signal.SIGKILL)
    while (now := read_state(home / "run")) and now.workers == [worker]:
        time.sleep(0.1)  # the test's timeout bounds this
    assert now is not None
    assert psutil.pid_exists(now.workers[0])
    those = processes(state)
    os.kill(state.pid, signal.SIGTERM)
    assert_gone(those)
    assert not is_running(home / "run")


@pytest.mark.usefixtures("own_model")
def test_the_end_of_the_broker_ends_the_stack_with_a_sentence(home: Path) -> None:
    state = up(home, says="load them with `neoscore db load FILE --customer-number COLUMN`")
    those = processes(state)
    broker = next(part for part in state.processes if part.name == "Tansu")
    os.kill(broker.pid, signal.SIGKILL)
    assert_gone(those)
    log = (home / "run" / "up.log").read_text()
    assert "neoscore: Tansu exited unexpectedly with code -9" in log
    assert broker.log in log


def test_nothing_survives_a_killed_supervisor(home: Path) -> None:
    state = up(home)
    those = processes(state)
    os.kill(state.pid, signal.SIGKILL)
    if sys.platform != "linux":
        neoscore("down")
    assert_gone(those)
    assert neoscore("status").returncode == 3
    assert neoscore("down").returncode == 0
    assert read_state(home / "run") is None
