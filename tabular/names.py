"""Names of columns: each distinct, and each with a feature name of its own."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import count
from zlib import crc32

from tabular.errors import TableError

MAX_FEATURE_NAME = 63
"""Of a feature schema, and of a column in PostgreSQL."""

MAX_COLUMNS = 10_000
"""Of a file: more is a table on its side, or no table."""

MAX_NAME_CHARACTERS = 1_000
"""Of a column's name: more is a text, or a file in which a quotation mark is not closed."""

MAX_NAMES_SAID = 20
"""Columns of which it is said one by one that they are not named as written."""

_SIGNS = {
    "%": "pct",
    "€": "eur",
    "$": "usd",
    "£": "gbp",
    "#": "no",
    "<": "below",
    ">": "above",
    "+": "plus",
}
"""How a sign is spelled where two names differ in nothing else."""


def check_column_count(columns: int, place: str) -> None:
    """Refuse a table with too many columns. Raises TableError."""
    if columns > MAX_COLUMNS:
        raise TableError(f"{place}: {columns:,} columns: a table may have at most {MAX_COLUMNS:,}")


def check_names(names: Sequence[str], place: str) -> None:
    """Refuse a header with too many or too long names, before anything is made of them. Raises TableError."""
    check_column_count(len(names), place)
    for number, length in enumerate(map(len, names), 1):
        if length > MAX_NAME_CHARACTERS:
            raise TableError(
                f"{place}: the name of column {number} has {length:,} characters, of at most {MAX_NAME_CHARACTERS:,}"
            )


def distinct_names(written: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a name for each column of a header, all different, and sentences on those that are not as written."""
    names = list(map(clean_name, written))
    taken, notes = set(names), []
    firsts: dict[str, int] = {}
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    for i, name in enumerate(names):
        if name and name not in firsts:
            firsts[name] = i + 1
            continue
        base = name or f"column_{i + 1}"
        if base in taken:
            base = next(new for n in numbers[base] if (new := f"{base}_{n}") not in taken)
        names[i] = base
        taken.add(names[i])
        if name:
            notes.append(f"columns {firsts[name]} and {i + 1} are both named {name!r}: the second is {names[i]!r}")
        else:
            notes.append(f"column {i + 1} has no name: it is {names[i]!r}")
    notes = _first(notes)
    if broken := [names[i] for i, name in enumerate(written) if re.search(r"[\r\n]", name.strip())]:
        named = ", ".join(map(repr, broken[:MAX_NAMES_SAID]))
        notes.append(f"line breaks in column names became spaces: {named}{', …' * (len(broken) > MAX_NAMES_SAID)}")
    return names, notes


MIN_ROWS_TO_COMPARE = 10
"""With fewer rows, a name may be a value of its column by chance."""


def looks_like_row(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a header is a row of values instead, of a file without a header.

    Then at least half of its names, and two, are values of their own columns, too, or numbers with a fraction.
    """
    if len(rows) < MIN_ROWS_TO_COMPARE:
        return False
    written = [(i, name.strip()) for i, name in enumerate(names) if name.strip()]
    values = [
        name
        for i, name in written
        if re.fullmatch(r"[-+]?\d*[.,]\d+", name) or any(i < len(row) and row[i].strip() == name for row in rows)
    ]
    return len(values) >= max(2, len(written) / 2)


def clean_name(written: str) -> str:
    """Return a column's name on one line, without the spaces around it."""
    return " ".join(line for part in re.split(r"[\r\n]+", written) if (line := part.strip()))


def feature_name(column: str) -> str:
    """Return a column's name as a feature name: ASCII letters, digits, '_', '.' and '-', at most 63."""
    plain = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_.\-]+", "_", plain).strip("_")
    if not name[:1].isalpha():
        name = f"x_{name}".rstrip("_")
    return name[:MAX_FEATURE_NAME]


def feature_names(columns: Sequence[str]) -> dict[str, str]:
    """Return column → feature name, all different.

    Where names differ only in what a feature name cannot hold (`Taux (%)`, `Taux`), the column that is written like the
    feature keeps the name, and the others get one that depends on nothing but themselves: the same column has the same
    feature name in the next file, whatever stands beside it.
    """
    found = {column: column for column in columns if feature_name(column) == column}
    for way in _WAYS:
        taken = set(found.values())
        ones = _only_ones(way, [column for column in columns if column not in found])
        found |= {column: name for column, name in ones if name not in taken}
    taken = set(found.values())
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    for column in [column for column in columns if column not in found]:  # even the checksum is another's
        found[column] = next(n for i in numbers[feature_name(column)] if (n := _ending(column, str(i))) not in taken)
        taken.add(found[column])
    return {column: found[column] for column in columns}


def match_columns(features: Collection[str], columns: Sequence[str]) -> dict[str, str]:
    """Return feature → the column that holds it. A feature that several columns could hold alike is left out."""
    found = {column: column for column in columns if column in features}
    for way in reversed(_WAYS):  # a name of its own says more than one that others would share
        placed = set(found.values())
        ones = _only_ones(way, [column for column in columns if column not in placed])
        found |= {name: column for column, name in ones if name in features and name not in found}
    return found


def alike_notes(columns: Sequence[str]) -> list[str]:
    """Return a sentence for each column whose plain feature name is another column's, too."""
    return _first(
        [
            f"column {column!r} is the feature {name!r}, since another column is {feature_name(column)!r}"
            for column, name in feature_names(columns).items()
            if name != feature_name(column)
        ]
    )


def _first(notes: list[str]) -> list[str]:
    """Return the first sentences on columns, and one that counts the others."""
    more = len(notes) - MAX_NAMES_SAID
    return notes if more <= 0 else [*notes[:MAX_NAMES_SAID], f"the same is true of {more:,} more columns"]


def _only_ones(way: Callable[[str], str], columns: Sequence[str]) -> list[tuple[str, str]]:
    """Return (column, name) of those that are alone with their name."""
    owners = Counter(map(way, columns))
    return [(column, way(column)) for column in columns if owners[way(column)] == 1]


def _spelled_name(column: str) -> str:
    signs = [word for sign, word in _SIGNS.items() if sign in column]
    return _ending(column, "_".join(signs)) if signs else feature_name(column)


def _checksum_name(column: str) -> str:
    return _ending(column, f"{crc32(column.encode('utf-8', 'surrogatepass')):08x}"[:6])


def _ending(column: str, ending: str) -> str:
    return f"{feature_name(column)[: MAX_FEATURE_NAME - 1 - len(ending)]}_{ending}"


_WAYS = (feature_name, _spelled_name, _checksum_name)
"""How a feature is named, the next where names are alike."""
