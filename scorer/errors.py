"""Exceptions of the scorer package.

ScorerError
├── ModelLoadError   the bundle is intact, but its model cannot score rows of its schema
├── TableCompilationError   the model cannot be compiled to tables, or its tables disagree with its own library
├── ListenError    the address for probes and metrics is taken, not this machine's, or open to others in production
└── ProduceError   the broker did not take an answer; the request stays unacknowledged and is tried again
"""


class ScorerError(Exception):
    """Base of every error that the scorer package raises."""


class ModelLoadError(ScorerError):
    """The bundle is intact, but its model cannot score rows of its schema."""


class TableCompilationError(ScorerError):
    """The model cannot be compiled to tables, or its tables disagree with its own library."""


class ListenError(ScorerError):
    """The address for probes and metrics is taken, not this machine's, or open to others in production."""


class ProduceError(ScorerError):
    """The broker did not take an answer."""
