"""What training tells whoever watches."""

from typing import Protocol


class Progress(Protocol):
    """Hears what training is doing."""

    def step(self, what: str) -> None:
        """Another of `train.STEPS` steps begins."""

    def note(self, what: str) -> None:
        """Something was decided that the user should know."""


class Silent:
    """Hears nothing."""

    def step(self, what: str) -> None:
        """Ignore the step."""

    def note(self, what: str) -> None:
        """Ignore the note."""
