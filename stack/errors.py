"""Exceptions of the stack package.

StackError
├── MissingDependencyError    this machine lacks what a service needs (Java, Maven, a package)
├── ServiceFailedError        a service did not start, or exited unexpectedly
├── StackAlreadyRunningError  a stack runs already in this home folder
├── StackNotRunningError      no stack runs in this home folder
├── SchemaChangeError         a schema file cannot be read or written, or does not fit the model
├── ModelExportError          the file of a model cannot be written
├── DatabaseInUseError        another process has the local database
├── NoDatabaseError           there is no database yet
├── ClientTableError          a file cannot be clients of the active model, or customer numbers
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


class ModelExportError(StackError):
    """The file of a model cannot be written."""


class StackNotRunningError(StackError):
    """No stack runs in this home folder."""


class SchemaChangeError(StackError):
    """A schema file cannot be read or written, or differs from a model's in what the model was trained on."""


class DatabaseInUseError(StackError):
    """Another process has the local database of this home folder."""


class NoDatabaseError(StackError):
    """No address of a database is set, and this home folder has no local one."""


class ClientTableError(StackError):
    """A file as a whole cannot be clients of the active model, or customer numbers; names columns, never a value."""


class CheckNotPossibleError(StackError):
    """The privacy check, or a step of it, cannot run; the text says why."""
