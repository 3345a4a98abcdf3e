"""Exceptions of the stack package.

StackError
├── MissingDependencyError    this machine lacks what a service needs (Java, Maven, a package)
├── ServiceFailedError        a service did not start, or exited unexpectedly
├── StackAlreadyRunningError  a stack runs already in this home folder
├── StackNotRunningError      no stack runs in this home folder
└── CheckNotPossibleError     the privacy check, or a step of it, cannot run
"""


class StackError(Exception):
    """Base of every error that the stack package raises."""


class MissingDependencyError(StackError):
    """This machine lacks what a service needs; the text says what to install."""


class ServiceFailedError(StackError):
    """A service did not start, or exited unexpectedly; the text has the end of its log and says where the log is."""


class StackAlreadyRunningError(StackError):
    """A stack runs already in this home folder."""


class StackNotRunningError(StackError):
    """No stack runs in this home folder."""


class CheckNotPossibleError(StackError):
    """The privacy check, or a step of it, cannot run; the text says why."""
