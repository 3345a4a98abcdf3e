"""Exceptions of the stack package.

StackError
├── MissingDependencyError      this machine lacks what a part needs (Java, Maven, a wheel)
├── ServiceFailedError       a part did not start, or ended by itself
├── StackAlreadyRunningError   a stack runs already in this home folder
├── StackNotRunningError       no stack runs in this home folder
└── CheckNotPossibleError      the privacy check, or a part of it, cannot run
"""


class StackError(Exception):
    """Base of every error that the stack package raises."""


class MissingDependencyError(StackError):
    """This machine lacks what a part needs; the text says what to install."""


class ServiceFailedError(StackError):
    """A part did not start, or ended by itself; the text has the end of its log and says where the log is."""


class StackAlreadyRunningError(StackError):
    """A stack runs already in this home folder."""


class StackNotRunningError(StackError):
    """No stack runs in this home folder."""


class CheckNotPossibleError(StackError):
    """The privacy check, or a part of it, cannot run; the text says why."""
