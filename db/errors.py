"""Exceptions of the db package.

DatabaseError
├── DatabaseUnavailableError   PostgreSQL does not respond, or not in time
├── NotMigratedError           the tables are missing or older than this program
├── MigrationError             the tables could not be created
├── PermissionDeniedError      the database role may not do this
├── SchemaMismatchError        the stored clients do not fit the feature schema
├── SeedError                  clients that cannot be stored
├── ClientMigrationError       stored clients that cannot be brought to another schema
├── RekeyError                 clients that cannot be given another reference
├── FilterError                an invalid selection of clients; names the column
└── BatchError                 a batch that is unknown, exists already or has ended

No message holds a password, a feature value or a client reference.
"""


class DatabaseError(Exception):
    """Base of every error that the db package raises."""


class DatabaseUnavailableError(DatabaseError):
    """PostgreSQL does not respond, or not in time."""


class NotMigratedError(DatabaseError):
    """The tables are missing or older than this program."""


class MigrationError(DatabaseError):
    """The tables could not be created."""


class PermissionDeniedError(DatabaseError):
    """The database role may not do this."""


class SchemaMismatchError(DatabaseError):
    """The stored clients do not fit the feature schema."""


class SeedError(DatabaseError):
    """Clients that cannot be stored; names the row and the feature."""


class ClientMigrationError(DatabaseError):
    """Stored clients that cannot be brought to another schema; nothing was changed."""


class RekeyError(DatabaseError):
    """Clients that cannot be given another reference; nothing was changed."""


class FilterError(DatabaseError):
    """An invalid selection of clients. `column` counts characters from 1; 0 when there is no text."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(f"column {column}: {message}" if column else message)
        self.column = column


class BatchError(DatabaseError):
    """A batch that is unknown, exists already or has ended."""
