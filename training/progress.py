"""Progress of training, and the bar that shows it on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import rich.progress


class TrainingProgress(Protocol):
    """Receives the progress of training."""

    def step(self, what: str) -> None:
        """Another of `train.STEPS` steps begins."""

    def detail(self, what: str) -> None:
        """How far the longest of the running steps is."""

    def note(self, what: str) -> None:
        """Something was decided that the user should know."""


class NullProgress:
    """Ignores the progress."""

    def step(self, what: str) -> None:
        """Ignore the step."""

    def detail(self, what: str) -> None:
        """Ignore the detail."""

    def note(self, what: str) -> None:
        """Ignore the note."""


class _ProgressBar:
    def __init__(self, bar: "rich.progress.Progress", steps: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=steps)
        self._begun = 0

    def step(self, what: str) -> None:
        self._bar.update(self._task, description=what, completed=self._begun)
        self._begun += 1

    def detail(self, what: str) -> None:
        self._bar.update(self._task, description=what)

    def note(self, what: str) -> None:
        self._bar.console.print(f"note: {what}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(steps: int) -> Iterator[_ProgressBar]:
    """Show a bar of `steps` steps on stderr while the block runs; notes only when stderr is no terminal."""
    import rich.progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.TimeElapsedColumn(),
    )
    with rich.progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield _ProgressBar(bar, steps)
