"""Exceptions of the training package.

TrainingError
├── DataError          the data cannot be trained on: unreadable, inconsistent with its schema, too small
│   └── UnclearError   only a person can decide what is meant; names the option that says it
└── LeakageError       the model is better than the data allows, or a column reveals the outcome: it has seen the answer
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract.bundle import Bundle


class TrainingError(Exception):
    """Base of every error that the training package raises. The message is one sentence for the user."""


class DataError(TrainingError):
    """The data cannot be trained on. The message says where and what was expected, never a person's value."""


class UnclearError(DataError):
    """Only a person can decide what is meant. `question` is a sentence; `choices` are what can be answered."""

    def __init__(self, option: str, question: str, choices: tuple[str, ...]) -> None:
        super().__init__(f"{question} with {option}")
        self.option = option
        self.question = question
        self.choices = choices


class LeakageError(TrainingError):
    """The model is better than is plausible for the data, or a column alone is.

    `bundle` is what was written all the same, and not activated.
    """

    def __init__(self, message: str, bundle: "Bundle | None" = None) -> None:
        super().__init__(message)
        self.bundle = bundle
