"""`.neoscore/run/stack.json`: processes and addresses, for other commands and for cleaning up."""

import contextlib
import fcntl
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from contract.errors import JSON_DECODE_ERRORS
from stack.errors import StackAlreadyRunningError
from stack.private_files import private_file

STATE_FILE = "stack.json"
LOCK_FILE = "stack.lock"


class BrokerInfo(Struct):
    """The broker. `kind` is `apache`, `tansu` or `external`."""

    bootstrap: str
    kind: str
    topic_prefix: str = ""


class DatabaseInfo(Struct):
    """PostgreSQL. The address holds the password, so the file is for its owner only."""

    url: str
    kind: str


class DashboardInfo(Struct):
    """The advisor's screen."""

    url: str


class GatewayInfo(Struct):
    """Score requests over HTTP."""

    url: str


class ServedModelInfo(Struct):
    """The bundle that the workers served first. Unless it is pinned, they follow the active one."""

    version: str
    path: str
    pinned: bool = False


class ProcessInfo(Struct):
    """A process of the stack. `started` (seconds since 1970) distinguishes it from a later one of the same number."""

    name: str
    pid: int
    started: float
    log: str
    metrics: str | None = None
    """Where a worker serves `/healthz`, `/readyz` and `/metrics`."""


class StackState(Struct):
    """The whole file; services that are not up yet are null."""

    pid: int
    ready: bool = False
    kafka: BrokerInfo | None = None
    database: DatabaseInfo | None = None
    dashboard: DashboardInfo | None = None
    gateway: GatewayInfo | None = None
    model: ServedModelInfo | None = None
    workers: list[int] = []
    processes: list[ProcessInfo] = []
    demo_users: list[str] = []
    """Users who can sign in to the dashboard without a password."""


def write_state(run_folder: Path, state: StackState) -> None:
    """Write the file, readable by its owner only; it appears complete or not at all."""
    with private_file(run_folder / STATE_FILE) as file:
        file.write(msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n")


def read_state(run_folder: Path) -> StackState | None:
    """Return the content of the file; None if there is none or it is not ours."""
    try:
        return msgspec.json.decode((run_folder / STATE_FILE).read_bytes(), type=StackState)
    except (OSError, *JSON_DECODE_ERRORS):
        return None


def remove_state(run_folder: Path) -> None:
    """Delete the file."""
    (run_folder / STATE_FILE).unlink(missing_ok=True)


@contextmanager
def stack_lock(run_folder: Path) -> Iterator[None]:
    """Hold the lock of the one stack of this folder while the block runs. Raises StackAlreadyRunningError."""
    run_folder.mkdir(parents=True, exist_ok=True)
    with (run_folder / LOCK_FILE).open("w") as lock:
        try:
            # The system drops the lock when this process ends, however it ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackAlreadyRunningError(
                f"a stack runs already in {run_folder.parent}; `neoscore status` shows it, `neoscore down` stops it"
            ) from None
        yield


def is_running(run_folder: Path) -> bool:
    """Return whether a stack runs in this folder."""
    if not (run_folder / LOCK_FILE).exists():
        return False
    with contextlib.suppress(StackAlreadyRunningError), stack_lock(run_folder):
        return False
    return True


def export_addresses(run_folder: Path, environment: MutableMapping[str, str]) -> None:
    """Set the addresses of the running stack in the environment, unless they are set already."""
    state = read_state(run_folder)
    if state is None or not is_running(run_folder):
        return
    if state.kafka and "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS" not in environment:
        environment["NEOSCORE_KAFKA_BOOTSTRAP_SERVERS"] = state.kafka.bootstrap
        if state.kafka.topic_prefix:  # services refuse a blank variable
            environment.setdefault("NEOSCORE_TOPIC_PREFIX", state.kafka.topic_prefix)
    if state.database:
        environment.setdefault("NEOSCORE_DATABASE_URL", state.database.url)
