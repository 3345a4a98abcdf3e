"""Giving every client another reference, when the key of the pseudonyms changes: all of them at once, or none."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Engine, text

from db.client_rows import PROGRESS_ROWS
from db.engine import begin, lift_statement_timeout
from db.errors import RekeyError


def rekey_clients(
    engine: Engine, references: Iterable[tuple[str, str]], progress: Callable[[int], None] | None = None
) -> int:
    """Change every client's reference from the first to the second of a pair and return how many clients there are.

    One transaction: searches see either all old references or all new ones. Pairs of which no client has the first are
    ignored. Raises SeedError when a client is in no pair or two get the same reference; then nothing is changed. Raises
    another DatabaseError.
    """
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        connection.execute(text("LOCK TABLE clients IN SHARE ROW EXCLUSIVE MODE"))
        connection.execute(text('CREATE TEMP TABLE renamed (old text COLLATE "C", new text) ON COMMIT DROP'))
        _load_mapping(connection, references, progress)
        _check_complete(connection)
        count = connection.execute(
            text("UPDATE clients SET client_ref = renamed.new FROM renamed WHERE clients.client_ref = renamed.old")
        ).rowcount
        connection.execute(text("ANALYZE clients"))
    return count


def _load_mapping(
    connection: Connection, references: Iterable[tuple[str, str]], progress: Callable[[int], None] | None
) -> None:
    insert = text("INSERT INTO renamed SELECT * FROM unnest(CAST(:old AS text[]), CAST(:new AS text[]))")
    block: list[tuple[str, str]] = []
    done = 0
    for pair in references:
        block.append(pair)
        if len(block) == PROGRESS_ROWS:
            done += _insert_mapping(connection, insert, block)
            if progress:
                progress(done)
    if block:
        _insert_mapping(connection, insert, block)
    connection.execute(text("ANALYZE renamed"))


def _insert_mapping(connection: Connection, insert: Any, block: list[tuple[str, str]]) -> int:
    old, new = zip(*block, strict=True)
    connection.execute(insert, {"old": list(old), "new": list(new)})
    count = len(block)
    block.clear()
    return count


def _check_complete(connection: Connection) -> None:
    unnamed = connection.execute(
        text("SELECT count(*) FROM clients LEFT JOIN renamed ON client_ref = old WHERE old IS NULL")
    ).scalar_one()
    if unnamed:
        raise RekeyError(
            f"{unnamed:,} clients belong to none of the customer numbers under the present key; nothing was changed"
        )
    twice, same = connection.execute(
        text("SELECT count(*) - count(DISTINCT old), count(*) - count(DISTINCT new) FROM renamed")
    ).one()
    if twice:
        raise RekeyError(f"{twice:,} customer numbers are given twice; nothing was changed")
    if same:
        raise RekeyError("two clients would have the same reference; nothing was changed")
