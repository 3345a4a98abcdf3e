"""Exceptions of the tabular package.

TableError    a file or a database table that cannot be read
"""


class TableError(Exception):
    """Base of every error that the tabular package raises. One sentence: what is wrong, where, and what to do."""
