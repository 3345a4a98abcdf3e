"""The target column of a table as outcomes: 1 for a default, 0 otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.coercion import level_text
from tabular.table import Table
from tabular.values import level_texts
from training.errors import DataError, UnclearError
from training.schema_inference.words import name_words, plain

_WORDS_FOR_DEFAULT = frozenset(
    (
        "1", "t", "true", "y", "yes", "bad", "charged off", "default", "defaulted", "delinquent",
        "defaut", "en defaut", "mauvais", "o", "oui", "vrai",
        "ausfall", "ausgefallen", "j", "ja", "schlecht", "wahr",
        "impago", "malo", "moroso", "s", "si", "verdadero",
        "cattivo", "insolvente", "vero",
    )
)  # fmt: skip
"""Plain, see `words.plain`."""

_ANSWERS = frozenset(
    ("1", "t", "true", "y", "yes", "o", "oui", "vrai", "j", "ja", "wahr", "s", "si", "verdadero", "vero")
)
"""They say yes to what the column's name asks: to "default?", or to "repaid?"."""

_WORDS_FOR_REPAID = frozenset(
    (
        "creditability", "creditworthy", "good", "paid", "payed", "performing", "repaid", "solvent",
        "paye", "rembourse", "solvable",
        "bezahlt", "getilgt", "zahlt", "zuruckgezahlt",
        "pagado", "reembolsado", "solvente",
        "pagato", "rimborsato", "solvibile",
    )
)  # fmt: skip
_NEGATIONS = frozenset(("kein", "keine", "nicht", "no", "non", "not"))

_NAMES_OF_TARGETS = frozenset(
    (
        "arrears", "bad", "charged", "default", "defaulted", "delinquency", "dlq", "insolvent", "late", "loss", "npl",
        "outcome", "overdue", "owed", "risk", "target", "y",
        "defaut", "impaye", "impayes", "retard",
        "ausfall", "ausgefallen", "verzug", "zahlungsausfall", "zahlungsverzug",
        "impago", "mora", "morosidad",
        "insolvenza", "sofferenza",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """The outcome of every row."""

    values: NDArray[np.int8]
    """1 for a default, 0 otherwise."""
    positive_label: str
    """The value that means default."""
    other_label: str


def parse_target(table: Table, target: str, positive_label: str | None) -> Outcomes:
    """Return the outcomes.

    `positive_label` says which of the column's two values is a default; without it, 1 of 0/1 or a word such as "bad",
    unless the column's name asks for the opposite, as `repaid` does. Raises DataError, UnclearError if only a person
    can say.
    """
    column = level_texts(table.columns[target])
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        more = f" ({column.null_count - 1:,} more rows without one)" if column.null_count > 1 else ""
        raise DataError(f"{table.locate_row(row)}, column {target!r}: expected an outcome, found nothing{more}")
    written = {text: level_text(text) for text in pc.unique(column).to_pylist()}
    values = sorted(set(written.values()))
    default = _positive_label(values, target, positive_label)
    defaults = pa.array([text for text, value in written.items() if value == default], pa.string())
    outcomes: NDArray[np.int8] = pc.is_in(column, defaults).to_numpy(zero_copy_only=False).astype(np.int8)
    return Outcomes(outcomes, default, next(value for value in values if value != default))


def likely_targets(table: Table) -> tuple[list[str], list[str]]:
    """Return the columns that could be a target, with two values and none missing, and those of them named like one."""
    possible = [name for name, column in table.columns.items() if _has_two_values(column)]
    return possible, [name for name in possible if not _NAMES_OF_TARGETS.isdisjoint(name_words(name))]


def _has_two_values(column: pa.Array) -> bool:
    return column.null_count == 0 and bool(pc.count_distinct(column).as_py() == 2)


def _positive_label(values: Sequence[str], target: str, given: str | None) -> str:
    if len(values) > 2:
        raise DataError(f"column {target!r} has {len(values):,} different values: a target has two")
    if len(values) == 1:
        raise DataError(f"column {target!r} has the same value in every row: training needs both outcomes")
    if given is not None:
        if given not in values:
            raise DataError(f"column {target!r} has the values {values[0]!r} and {values[1]!r}, not {given!r}")
        return given
    likely = [value for value in values if plain(value) in _WORDS_FOR_DEFAULT]
    clear = len(likely) == 1 and (likely != ["1"] or values == ["0", "1"])
    if not clear or (plain(likely[0]) in _ANSWERS and not _asks_for_default(likely[0], target)):
        raise UnclearError(
            "--positive-label",
            f"column {target!r} has the values {values[0]!r} and {values[1]!r}: say which one is a default",
            tuple(values),
        )
    return likely[0]


def _asks_for_default(answer: str, target: str) -> bool:
    """Return whether a yes to a column's name means a default. 1 does by convention, unless the name says repaid."""
    words = name_words(target)
    if not _WORDS_FOR_REPAID.isdisjoint(words) and _NEGATIONS.isdisjoint(words):
        return False
    return answer == "1" or not _NAMES_OF_TARGETS.isdisjoint(words) or not _WORDS_FOR_REPAID.isdisjoint(words)
