"""What a column holds, decided over the whole of it: numbers, booleans, dates, text or nothing. No I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.coercion import BOOLEAN_WORDS, PLAIN_NUMBER, TRUTHS
from contract.column_encoding import is_text
from tabular.date_texts import DateTexts, read_dates
from tabular.number_texts import NumberTexts, read_numbers

Kind: TypeAlias = Literal["number", "boolean", "date", "text", "empty"]

MISSING_WORDS = (
    *("", "?", ".", "-", "–", "—", "--"),
    *("NA", "N/A", "n/a", "N.A.", "n.a.", "#N/A", "#NA", "NaN", "nan", "NAN", "-nan", "-NaN", "<NA>"),
    *("NULL", "Null", "null", "None"),
    *("missing", "Missing", "MISSING", "inconnu", "Inconnu", "INCONNU"),
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"),
)
"""How files write that there is no value, and the errors of spreadsheets. Not "none", "na" and "unknown": data sets use
them as levels."""

INFINITE_WORDS = tuple(
    sign + word
    for sign in ("", "+", "-", "−")
    for word in ("inf", "Inf", "INF", "infinity", "Infinity", "INFINITY", "∞")
)
"""What programs write for a number divided by zero: missing among numbers, like a spreadsheet's #DIV/0!."""

_Told = TypeVar("_Told", str, bool)

NEARLY = 0.8
"""From this share of numbers on, a column of text says that it is nearly one of numbers."""

MAX_WORD_LENGTH = 12
"""Longer texts among numbers may be names or remarks about a person: a report only counts them."""

MAX_WORDS_NAMED = 5

SAMPLE = 1_000
"""So many of a column's different texts tell whether the others are worth reading as numbers or dates."""

MIN_SAMPLE_SHARE = 0.3
"""Below this share of numbers or dates in the sample, a column is text: far below `NEARLY`, so chance plays no part."""


@dataclass(frozen=True, kw_only=True)
class Interpretation:
    """What one column holds."""

    kind: Kind
    values: pa.Array
    """float64, bool, date32, timestamp or string, null where missing."""
    missing: int = 0
    missing_words: Mapping[str, int] = field(default_factory=dict)
    """The words that were read as missing, and how often each occurs."""
    unit: str | None = None
    """The currency or % that numbers are written with."""
    note: str = ""
    question: str = ""
    """What was ambiguous, and how it was decided."""
    decimal: str | None = None
    """The decimal mark, if the column tells it."""
    day_first: bool | None = None
    """Whether days stand before months, if the column tells it."""


def interpret_columns(columns: Mapping[str, pa.Array], missing_words: Sequence[str] = ()) -> dict[str, Interpretation]:
    """Interpret the columns of one table. What a column leaves open is decided as the others, where they agree."""
    found = {name: interpret(column, missing_words) for name, column in columns.items()}
    decimal = _agreed(each.decimal for each in found.values())
    day_first = _agreed(each.day_first for each in found.values())
    if decimal is None and day_first is None:
        return found
    for name, each in found.items():
        if each.question:
            found[name] = interpret(columns[name], missing_words, decimal=decimal, day_first=day_first)
    return found


def interpret(
    column: pa.Array,
    missing_words: Sequence[str] = (),
    *,
    decimal: str | None = None,
    day_first: bool | None = None,
) -> Interpretation:
    """Interpret a column of any plain Arrow type. `missing_words` are more words that mean missing.

    `decimal`, the decimal mark, and `day_first` are those of the source, for a column that does not tell its own.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return interpret(column.dictionary_decode(), missing_words, decimal=decimal, day_first=day_first)
    if column.null_count == len(column):
        return Interpretation(kind="empty", values=pa.nulls(len(column), pa.string()), missing=len(column))
    if pa.types.is_boolean(kind):
        return Interpretation(kind="boolean", values=column, missing=column.null_count)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        values = column.cast(pa.date32()) if pa.types.is_date(kind) else column
        return Interpretation(kind="date", values=values, missing=column.null_count)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(column, missing_words)
    texts = column.cast(pa.string()) if is_text(kind) else pc.cast(column, pa.string())
    found = _Texts(texts, missing_words)
    if found.has_infinities:
        finite = _Texts(texts, (*missing_words, *INFINITE_WORDS)).interpret(decimal, day_first)
        if finite.kind == "number":
            return finite
    return found.interpret(decimal, day_first)


def level_texts(column: pa.Array, missing_words: Sequence[str] = (), levels: Collection[str] = ()) -> pa.Array:
    """Return a column as text, trimmed, null where missing: what the levels of a choice are found in.

    A word for missing that is one of `levels` is that level.
    """
    if is_text(column.type):
        return _Texts(column.cast(pa.string()), missing_words, levels).column
    found = interpret(column, missing_words)
    return found.values if is_text(found.values.type) else found.values.cast(pa.string())


def cell_numbers(
    column: pa.Array, missing_words: Sequence[str] = (), decimal: str | None = None
) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return texts as float64, null where no number is, and a mask of those that are neither a number nor missing.

    `decimal` is the decimal mark, if it is settled.
    """
    return _Texts(column.cast(pa.string()), (*missing_words, *INFINITE_WORDS)).numbers(decimal)


def _numbers(column: pa.Array, missing_words: Sequence[str]) -> Interpretation:
    """Interpret numbers; a word for missing may be one, such as -9."""
    values = pc.cast(column, pa.float64(), safe=False)
    known = pc.if_else(pc.is_finite(values), values, None)
    given = [word for word in missing_words if pc.match_substring_regex(word, f"^(?:{PLAIN_NUMBER})$").as_py()]
    found = {word: count for word in given if (count := pc.sum(pc.equal(known, float(word))).as_py())}
    if infinite := pc.sum(pc.is_inf(values)).as_py():
        found["inf"] = infinite
    for word in found:
        known = pc.if_else(pc.equal(known, float(word)), None, known)
    note = _words_note(found, len(known) - known.null_count, "numbers")
    kind: Kind = "empty" if known.null_count == len(known) else "number"
    return Interpretation(kind=kind, values=known, missing=known.null_count, missing_words=found, note=note)


class _Texts:
    """A column of text by its different texts: each is read once, however often it occurs."""

    def __init__(self, column: pa.Array, missing_words: Sequence[str], levels: Collection[str] = ()) -> None:
        once = column.dictionary_encode()
        written = pc.utf8_trim_whitespace(once.dictionary).dictionary_encode()  # some differ in spaces only
        at = pc.take(written.indices, once.indices)
        words = {*MISSING_WORDS, *(word.strip() for word in missing_words)} - set(levels)
        missing = pc.is_in(written.dictionary, pa.array(sorted(words)))
        self._is_missing = missing.to_numpy(zero_copy_only=False)
        self._texts = written.dictionary
        self._at = pc.fill_null(at, len(self._texts)).to_numpy(zero_copy_only=False)
        self._counts = np.bincount(self._at, minlength=len(self._texts) + 1)[:-1]
        self.known = self._texts.filter(pa.array(~self._is_missing))
        """The different texts that are not missing."""
        self.counts = self._counts[~self._is_missing]

    @property
    def has_infinities(self) -> bool:
        """Whether some of the texts are words for infinity."""
        return bool(pc.any(pc.is_in(self.known, pa.array(INFINITE_WORDS))).as_py())

    @property
    def column(self) -> pa.Array:
        """The texts, null where missing."""
        return self._spread(self.known)

    def interpret(self, decimal: str | None, day_first: bool | None) -> Interpretation:
        """Interpret the column."""
        if not len(self.known):
            return self._interpretation("empty", pa.nulls(0, pa.string()))
        if (truths := _booleans(self.known)) is not None:
            return self._interpretation("boolean", truths)
        if self._is_plainly_text():
            return self._interpretation("text", self.known)
        numbers = read_numbers(self.known, decimal)
        currencies = sorted(numbers.units.keys() - {"%"})
        if numbers.values.null_count == 0 and len(currencies) < 2:
            return self._of_numbers(numbers)
        dates = read_dates(self.known, day_first)
        if dates.values.null_count == 0:
            return self._of_dates(dates)
        if numbers.values.null_count == 0:
            return self._interpretation(
                "text", self.known, f"amounts in more than one currency: {', '.join(currencies)}"
            )
        return self._interpretation("text", self.known, self._nearly(numbers))

    def numbers(self, decimal: str | None) -> tuple[pa.Array, NDArray[np.bool_]]:
        """Return the numbers of the column, and which of its cells are neither a number nor missing."""
        read = read_numbers(self.known, decimal, fixed=decimal is not None)
        several = len(read.units.keys() - {"%"}) > 1  # amounts of which each would need another rate
        values = pa.nulls(len(self.known), pa.float64()) if several else read.values
        known = self.column.is_valid().to_numpy(zero_copy_only=False)
        numbers = self._spread(values)
        return numbers, known & numbers.is_null().to_numpy(zero_copy_only=False)

    def _is_plainly_text(self) -> bool:
        if len(self.known) <= 10 * SAMPLE:
            return False
        some = pc.take(self.known, pa.array(np.linspace(0, len(self.known) - 1, SAMPLE).astype(np.int64)))
        read = (read_numbers(some).values, read_dates(some).values)
        return all(len(some) - values.null_count < MIN_SAMPLE_SHARE * len(some) for values in read)

    def _of_numbers(self, numbers: NumberTexts) -> Interpretation:
        unit = next(iter(numbers.units), None)
        with_unit = sum(numbers.units.values())
        question = numbers.question
        notes = [numbers.note]
        if unit is not None:
            notes.append("percentages: 12 % is 12" if unit == "%" else f"amounts in {unit}")
            if with_unit < len(self.known):
                question = "; ".join(
                    filter(None, (question, f"some are written without {unit}: read as the same unit"))
                )
        found = self._interpretation("number", numbers.values, *notes)
        return replace(found, unit=unit, question=question, decimal=numbers.decimal)

    def _of_dates(self, dates: DateTexts) -> Interpretation:
        found = self._interpretation("date", dates.values, dates.note)
        return replace(found, question=dates.question, day_first=dates.day_first)

    def _interpretation(self, kind: Kind, known: pa.Array, *notes: str) -> Interpretation:
        words = {
            text: int(self._counts[i])
            for i, text in zip(
                np.flatnonzero(self._is_missing),
                self._texts.filter(pa.array(self._is_missing)).to_pylist(),
                strict=True,
            )
            if text
        }
        values = self._spread(known)
        plural = {"number": "numbers", "date": "dates"}.get(kind, "")
        notes = (_words_note(words, len(values) - values.null_count, plural), *notes)
        note = "; ".join(filter(None, notes))
        return Interpretation(kind=kind, values=values, missing=values.null_count, missing_words=words, note=note)

    def _nearly(self, numbers: NumberTexts) -> str:
        """Return the sentence on a column of which most are numbers, or nothing."""
        is_number = numbers.values.is_valid().to_numpy(zero_copy_only=False)
        count, of = int(self.counts[is_number].sum()), int(self.counts.sum())
        if count < NEARLY * of:
            return ""
        others = self.known.filter(pa.array(~is_number)).to_pylist()
        often = self.counts[~is_number]
        named = [text for text, times in zip(others, often, strict=True) if times > 1 and _is_word(text)][
            :MAX_WORDS_NAMED
        ]
        unnamed = len(others) - len(named)
        but = [*map(repr, named), *([f"{unnamed:,} other text{'s' * (unnamed > 1)}"] if unnamed else [])]
        return f"{count:,} of {of:,} are numbers but for {_listed(but)}"

    def _spread(self, known: pa.Array) -> pa.Array:
        """Return values of the known texts as a column, null where missing."""
        place = np.full(len(self._texts) + 1, -1)
        place[:-1][~self._is_missing] = np.arange(len(known)) if len(known) else -1
        at = place[self._at]
        return pc.take(known, pa.array(at, mask=at < 0))


def _booleans(texts: pa.Array) -> pa.Array | None:
    """Return texts as booleans if they are the yes and no of one language; single letters count if both are there."""
    if len(texts) > 6:  # no, No and NO, and the like for yes
        return None
    lower = pc.utf8_lower(texts)
    words = set(lower.to_pylist())
    if not any(
        words == set(pair) or (words <= set(pair) and len(next(iter(words))) > 1)
        for pair in BOOLEAN_WORDS[2:] + BOOLEAN_WORDS[:1]
    ):
        return None
    return pa.array([TRUTHS[word] for word in lower.to_pylist()], pa.bool_())


def _is_word(text: str) -> bool:
    return len(text) <= MAX_WORD_LENGTH and not any(character.isdigit() for character in text)


def _words_note(words: Mapping[str, int], known: int, plural: str) -> str:
    """Return the sentence on words that were read as missing."""
    if not words:
        return ""
    named = _listed([repr(word) for word in words])
    if not plural:
        return f"{named} read as missing"
    return f"{known:,} of {known + sum(words.values()):,} are {plural} but for {named}, read as missing"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _agreed(told: Iterable[_Told | None]) -> _Told | None:
    """Return what all columns that tell anything tell alike."""
    different = set(told) - {None}
    return different.pop() if len(different) == 1 else None
