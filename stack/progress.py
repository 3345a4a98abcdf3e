"""What the user sees while the stack starts and stops: one line for each part, on standard error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class StepPrinter:
    """Writes lines; on a terminal also a spinner for the step at hand."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def note(self, sentence: str) -> None:
        """Say something beside the steps."""
        self._console.print(f"  {sentence}", style="yellow", markup=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str, *, spinner: bool = True) -> Iterator[list[str]]:
        """Show a step while the block runs; the block appends what the finished line says.

        Without `spinner` the block may draw on the terminal itself.
        """
        details: list[str] = []
        began = time.monotonic()
        if spinner and self._console.is_terminal:
            with self._console.status(f"{name} …"):
                yield details
        else:
            yield details
        line = f"{name:<10} {'  '.join(details)}"
        self._console.print(f"✓ {line}  ({time.monotonic() - began:.1f} s)", markup=False, soft_wrap=True)
