"""A part that serves something under an address."""

from collections.abc import Callable
from dataclasses import dataclass

from stack.local.kept_folder import KeptFolder
from stack.local.process import ChildProcess, ProcessSpec
from stack.local.scratch import ScratchFolder


@dataclass(frozen=True)
class LocalService:
    """A running part, the folder of its data, and where it is."""

    name: str
    kind: str
    address: str
    child: ChildProcess
    scratch: ScratchFolder
    kept: KeptFolder | None = None
    """Data that outlives the part."""

    def stop(self) -> None:
        """End the process and remove its temporary data. May be called twice."""
        self.child.stop()
        self.scratch.remove()
        if self.kept:
            self.kept.release()


def start_service(
    name: str,
    kind: str,
    address: str,
    command: ProcessSpec,
    scratch: ScratchFolder,
    ready: Callable[[], bool],
    seconds: float,
    kept: KeptFolder | None = None,
) -> LocalService:
    """Start the process and return the part once it is ready. On failure nothing is left. Raises ServiceFailedError."""
    try:
        child = ChildProcess(command)
    except BaseException:
        scratch.remove()
        raise
    part = LocalService(name, kind, address, child, scratch, kept)
    try:
        child.wait_until(ready, seconds)
    except BaseException:
        part.stop()
        raise
    return part
