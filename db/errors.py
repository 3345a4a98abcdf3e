"""Exceptions of the db package.

DatabaseError
├── DatabaseUnavailable   PostgreSQL does not answer, or not in time
├── NotMigrated           the tables are missing or older than this program
├── MigrationError        the tables could not be made
├── PermissionDenied      the database role may not do this
├── SchemaMismatch        what is stored does not fit the feature schema
├── SeedError             clients that cannot be stored
├── FilterError           a selection of clients that cannot be understood; says where
└── BatchError            a batch that is unknown, known already or closed

No message holds a password, a feature value or a client reference.
"""


class DatabaseError(Exception):
    """Base of every error that the db package raises."""


class DatabaseUnavailable(DatabaseError):  # noqa: N818 - names a state, as the caller will read it
    """PostgreSQL does not answer, or not in time."""


class NotMigrated(DatabaseError):  # noqa: N818
    """The tables are missing or older than this program."""


class MigrationError(DatabaseError):
    """The tables could not be made."""


class PermissionDenied(DatabaseError):  # noqa: N818
    """The database role may not do this."""


class SchemaMismatch(DatabaseError):  # noqa: N818
    """What is stored does not fit the feature schema."""


class SeedError(DatabaseError):
    """Clients that cannot be stored; names the row and the feature."""


class FilterError(DatabaseError):
    """A selection of clients that cannot be understood. `column` counts characters from 1; 0 when there is no text."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(f"column {column}: {message}" if column else message)
        self.column = column


class BatchError(DatabaseError):
    """A batch that is unknown, known already or closed."""
