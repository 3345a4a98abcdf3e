"""A part that serves something under an address."""

from collections.abc import Callable
from dataclasses import dataclass

from stack.local.process import Child, Command
from stack.local.scratch import Scratch


@dataclass(frozen=True)
class Part:
    """A running part, the folder of its data, and where it is."""

    name: str
    kind: str
    address: str
    child: Child
    scratch: Scratch

    def stop(self) -> None:
        """End the process and remove its data. May be called twice."""
        self.child.stop()
        self.scratch.remove()


def start_part(
    name: str, kind: str, address: str, command: Command, scratch: Scratch, ready: Callable[[], bool], seconds: float
) -> Part:
    """Start the process and return the part once it is ready. On failure nothing is left. Raises PartFailed."""
    try:
        child = Child(command)
    except BaseException:
        scratch.remove()
        raise
    part = Part(name, kind, address, child, scratch)
    try:
        child.wait_until(ready, seconds)
    except BaseException:
        part.stop()
        raise
    return part
