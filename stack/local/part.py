"""A part that serves something under an address."""

from dataclasses import dataclass

from stack.local.process import Child
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
