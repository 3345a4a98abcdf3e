"""Exceptions of the training package.

TrainingError
├── DataError      the data cannot be trained on: unreadable, inconsistent with its schema, too small
└── LeakageError   the model is better than the data allows, or a column reveals the outcome: it has seen the answer
"""


class TrainingError(Exception):
    """Base of every error that the training package raises. The message is one sentence for the user."""


class DataError(TrainingError):
    """The data cannot be trained on. The message says where and what was expected, never a person's value."""


class LeakageError(TrainingError):
    """The model is better than is plausible for the data, or a column alone is."""
