"""Exceptions of the scorer package.

ScorerError
├── ModelUnusable   the bundle is intact, but its model cannot score rows of its schema
├── TablesRefused   the model cannot be compiled to tables, or its tables disagree with XGBoost
├── CannotListen    the address for probes and metrics is taken, not this machine's, or open to others in production
└── ProduceFailed   the broker did not take an answer; the request stays unacknowledged and is tried again
"""


class ScorerError(Exception):
    """Base of every error that the scorer package raises."""


class ModelUnusable(ScorerError):  # noqa: N818 - names a state, as the caller will read it
    """The bundle is intact, but its model cannot score rows of its schema."""


class TablesRefused(ScorerError):  # noqa: N818
    """The model cannot be compiled to tables, or its tables disagree with XGBoost."""


class CannotListen(ScorerError):  # noqa: N818
    """The address for probes and metrics is taken, not this machine's, or open to others in production."""


class ProduceFailed(ScorerError):  # noqa: N818
    """The broker did not take an answer."""
