"""Columns that name a person or a record and say nothing about risk: identifiers, names, telephone and bank numbers.

What is no feature is left out, and said. Amounts are never taken for identifiers: an identifier is known by the words
of its name, by the form of its texts, or as whole numbers that count the rows.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.schema_inference.words import Words, has_phrase, name_words, phrases, vocabulary

MAX_CODE_LEVELS = 50
"""A column named like an identifier with at most this many values names groups, such as branches: a choice."""

_ALMOST_ALL = 0.9
"""Share of different values, or of values of one form, from which a column has it."""

_MIN_ROWS = 20
"""Below it, whole numbers that differ and rise say nothing about what they are."""

_VOCABULARY = vocabulary("identifiers")
_ALWAYS, _OFTEN, _ROWS, _ENTITIES, _PEOPLE, _AMOUNTS = (
    frozenset(_VOCABULARY[name].split()) for name in ("always", "often", "rows", "entities", "people", "amounts")
)
_NAMES, _CONTACTS, _TELEPHONES, _POSTCODES = (
    phrases(_VOCABULARY[name]) for name in ("names", "contacts", "telephones", "postcodes")
)
_CODE_WORDS = frozenset(_VOCABULARY["codes"].split())
_NUMBER_WORD = re.compile(f"{'|'.join(_OFTEN)}|\\w+(?:nummer|nr)")
_JOINED = _ALWAYS | {
    "".join(pair) for entity in _ENTITIES for word in (*_OFTEN, "id") for pair in ((entity, word), (word, entity))
}
"""Two words written as one: `numclient`, `clientno`."""
_BARE_NAMES = phrases(_VOCABULARY["bare_names"])

_FORMS = {
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "bank account numbers (IBAN)": re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"),
    "telephone numbers": re.compile(r"(?=(?:\D*\d){8,15}\D*$)(?:\+|00?)[\d()][\d ()./-]+"),
    "identifiers (UUID)": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


def identifier_reason(column: str, numbers: pa.Array | None, text: pa.Array, *, is_amount: bool = False) -> str | None:
    """Return why a column identifies rather than describes, as "looks like …", or None.

    `numbers` is the column as float64, None for texts; `text` is the values as written. `is_amount`: a currency or
    decimals were seen, so that the column is no identifier whatever its values.
    """
    words = name_words(column)
    known = text.drop_null()
    if not len(known):
        return None
    if reason := _personal(words, known, numbers):
        return reason
    if is_amount:
        return None
    return _numbered(words, known, numbers) if numbers is None or _is_whole(numbers) else None


def can_be_customer_number(column: str, values: pa.Array) -> bool:
    """Return whether an identifier tells people apart, in this file and the next.

    Its values differ in every row, and it does not merely count the rows, unless its name says that it is more.
    """
    if values.null_count or pc.count_distinct(values).as_py() < len(values):
        return False
    words = name_words(column)
    return _names_record(words) or bool(_NUMBER_WORD.fullmatch(words[-1] if words else "")) or not _counts_rows(values)


def _counts_rows(values: pa.Array) -> bool:
    if not pa.types.is_floating(values.type):
        return False
    numbers = values.to_numpy(zero_copy_only=False)
    return bool(numbers[0] in (0, 1) and np.all(np.diff(numbers) == 1))


def _personal(words: Words, known: pa.Array, numbers: pa.Array | None) -> str | None:
    distinct = pc.count_distinct(known).as_py()
    flag = distinct <= 3
    if has_phrase(words, _POSTCODES) and not flag:
        return "postcodes: they are no amounts, and stand for where people live"
    if has_phrase(words, _TELEPHONES) and not flag and _mostly(known, re.compile(r"\+?[\d ()./-]{6,}")):
        return "telephone numbers"
    if numbers is not None:
        return None
    if (has_phrase(words, _NAMES) or words in _BARE_NAMES) and not flag:
        return "names of people"
    if has_phrase(words, _CONTACTS) and distinct > MAX_CODE_LEVELS:
        return "addresses"
    return next((form for form, pattern in _FORMS.items() if _mostly(known, pattern)), None)


def _numbered(words: Words, known: pa.Array, numbers: pa.Array | None) -> str | None:
    distinct = pc.count_distinct(known).as_py()
    if not _AMOUNTS.isdisjoint(words):
        return None
    if reason := _named(words, distinct, len(known)):
        return reason
    if distinct < len(known):
        return None
    if numbers is None:
        return "an identifier: a different text in every row" if len(known) >= 3 else None
    return _counting(numbers)


def _named(words: Words, distinct: int, known: int) -> str | None:
    """Return why the name says identifier: `customer_id`, even if repeated; `loan_nr`, only if the rows differ."""
    differ = distinct >= _ALMOST_ALL * known
    if _names_record(words) and (differ or distinct > MAX_CODE_LEVELS):
        repeated = "" if distinct == known else f", {distinct:,} different ones in {known:,} rows"
        return f"an identifier by its name{repeated}"
    last = words[-1] if words else ""
    return "an identifier by its name" if differ and (_NUMBER_WORD.fullmatch(last) or last in _ROWS) else None


def _names_record(words: Words) -> bool:
    """Return whether a name says which person or record: `customer_id`, `KUNDENNR`, `client`."""
    entity, numbering = not _ENTITIES.isdisjoint(words), any(map(_NUMBER_WORD.fullmatch, words))
    return bool(
        not _ALWAYS.isdisjoint(words)
        or (entity and numbering)
        or (words and set(words) <= _PEOPLE)
        or "".join(words) in _JOINED
    )


def names_amount(column: str) -> bool:
    """Return whether a name says that the column holds amounts: `Montant`, `loan_amnt`, `annual income`."""
    return not _AMOUNTS.isdisjoint(name_words(column))


def is_coded(column: str, distinct: int) -> bool:
    """Return whether whole numbers are codes of a few things by the column's name: `branch_id`, `product code`."""
    words = name_words(column)
    named = not _ALWAYS.isdisjoint(words) or not _CODE_WORDS.isdisjoint((*words[:1], *words[-1:]))
    return named and distinct <= MAX_CODE_LEVELS


def names_customer(column: str) -> bool:
    """Return whether a name says that the column tells people apart: `customer_id`, `Kundennr.`, but not `loan_id`."""
    words = name_words(column)
    joined = "".join(words)
    return _names_record(words) and any(person in joined for person in _PEOPLE)


def _counting(numbers: pa.Array) -> str | None:
    values = numbers.drop_null().to_numpy(zero_copy_only=False)
    if float(np.ptp(values)) == len(values) - 1:
        return "an identifier: it counts the rows" if len(values) > 2 else None
    rises = bool(np.all(np.diff(values) > 0))
    round_share = float(np.mean(values % 50 == 0))
    if len(values) < _MIN_ROWS or round_share > 0.2:
        return None
    if rises:
        return "an identifier: whole numbers that differ in every row and rise with them"
    digits = np.floor(np.log10(np.maximum(np.abs(values), 1)))
    if values.min() > 0 and digits.min() == digits.max() >= 5 and len(values) >= 10 * _MIN_ROWS:
        return "an identifier: whole numbers of equal length that differ in every row"
    return None


def _is_whole(numbers: pa.Array) -> bool:
    values = numbers.drop_null().to_numpy(zero_copy_only=False)
    return bool(len(values) and np.all(np.isfinite(values)) and np.all(values == np.floor(values)))


def _mostly(known: pa.Array, pattern: re.Pattern[str]) -> bool:
    sample = known.slice(0, 1_000).to_pylist()
    return sum(pattern.fullmatch(text.strip()) is not None for text in sample) >= _ALMOST_ALL * len(sample)
