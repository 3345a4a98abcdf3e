"""Exceptions of the stack package.

StackError
├── PartMissing      this machine lacks what a part needs (Java, Maven, a wheel)
├── PartFailed       a part did not start, or ended by itself
├── AlreadyRunning   a stack runs already in this home folder
├── NotRunning       no stack runs in this home folder
└── CannotCheck      the privacy check, or a part of it, cannot run
"""


class StackError(Exception):
    """Base of every error that the stack package raises."""


class PartMissing(StackError):  # noqa: N818 - these name states, as the caller will read them
    """This machine lacks what a part needs; the text says what to install."""


class PartFailed(StackError):  # noqa: N818
    """A part did not start, or ended by itself; the text has the end of its log and says where the log is."""


class AlreadyRunning(StackError):  # noqa: N818
    """A stack runs already in this home folder."""


class NotRunning(StackError):  # noqa: N818
    """No stack runs in this home folder."""


class CannotCheck(StackError):  # noqa: N818
    """The privacy check, or a part of it, cannot run; the text says why."""
