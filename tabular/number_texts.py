"""Numbers as people and spreadsheets write them, read in the style of their whole column. No I/O.

1234.5, 1,234.50, 1.234,50, 1 234,50, 1'234.50, 12,34,567, $1,000.00, 12 EUR, −5, 5-, (5), 12,5 %, 1.5e3.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.coercion import PLAIN_NUMBER

_SPACE = " \u00a0\u2007\u2009\u202f"
_APOSTROPHE = "'’"

_CURRENCIES = {
    "EUR": ("€",),
    "GBP": ("£",),
    "US$": ("USD", "US $"),
    "$": (),
    "CHF": ("Fr.", "SFr.", "Fr"),
    "kr": ("kr.",),
    "BRL": ("R$",),
    "PLN": ("zł",),
    "INR": ("₹", "Rs.", "Rs"),
    "CZK": ("Kč",),
    "¥": (),
    "TRY": ("₺",),
    "RUB": ("₽",),
    "UAH": ("₴",),
    "KRW": ("₩",),
    "ILS": ("₪",),
    "NGN": ("₦",),
    "HUF": ("Ft",),
    "AUD": ("A$", "AU$"),
    "CAD": ("C$", "CA$"),
    "HKD": ("HK$",),
    "TWD": ("NT$",),
    "SGD": ("S$",),
    **dict.fromkeys(
        (
            *("JPY", "CNY", "SEK", "NOK", "DKK", "ISK", "NZD", "MXN", "ZAR", "RON", "BGN", "AED", "SAR", "MAD", "TND"),
            *("DZD", "XOF", "XAF", "EGP", "KES", "GHS", "THB", "IDR", "MYR", "PHP", "VND", "ARS", "CLP", "COP", "PEN"),
        ),
        (),
    ),
}
"""How an amount's currency may be written, by the word that notes use. `$` and `kr` are those of several countries."""

_CURRENCY_OF = {sign.lower(): name for name, others in _CURRENCIES.items() for sign in (name, *others)}


def _any_of(words: list[str]) -> str:
    escaped = (word.replace("$", r"\$").replace(".", r"\.") for word in sorted(words, key=len, reverse=True))
    return "(?i:" + "|".join(escaped) + ")"


_UNIT = _any_of([*_CURRENCY_OF, "%"])
_SIGN = r"[+\-−–]"
_BODY = rf"[0-9](?:[0-9.,{_SPACE}{_APOSTROPHE}]*[0-9])?|[.,][0-9]+"
_BARE = rf"^[+\-]?(?:{_BODY})$"
"""A number with nothing around it: the usual case, and cheaper to take apart."""

_FORM = (
    rf"^(?P<open>\(?)[{_SPACE}]*(?P<before>{_SIGN}?)[{_SPACE}]*(?P<left>{_UNIT}?)[{_SPACE}]*(?P<between>{_SIGN}?)"
    rf"[{_SPACE}]*#(?:[,.][\-–]{{0,2}})?[{_SPACE}]*(?P<right>{_UNIT}?)[{_SPACE}]*(?P<after>{_SIGN}?)"
    rf"[{_SPACE}]*(?P<close>\)?)$"
)
"""What may stand around a number, which is written as #."""

_LONG_MIX = 30
"""If so many different values all have three digits after their point, and others are whole, the points mark thousands:
of decimals, every tenth would end in a zero, which most programs leave out."""


@dataclass(frozen=True)
class NumberTexts:
    """Texts read as numbers."""

    values: pa.Array
    """float64, null for each text that is no number."""
    decimal: str | None
    """The decimal mark, if the column tells it."""
    note: str = ""
    """What is unusual about how they are written."""
    question: str = ""
    """What was ambiguous, and how it was decided."""
    units: Mapping[str, int] = field(default_factory=dict)
    """Currency, or %, → number of texts with it, each counted once."""


def read_numbers(texts: pa.Array, decimal: str | None = None, *, fixed: bool = False) -> NumberTexts:
    """Read the different texts (n, trimmed, no nulls) of a column, in one style for all of them.

    `decimal` is the decimal mark of the source: for a column that does not tell, or `fixed` whatever the texts tell.
    """
    settled = decimal == "." if fixed else not _any(texts, _ambiguous("."))
    if settled and _all(texts, f"^(?:{PLAIN_NUMBER})$"):
        return NumberTexts(texts.cast(pa.float64()), "." if _any(texts, r"\.") else None)
    units: dict[str, int] = {}
    if _all(texts, _BARE):
        bodies, negative, exponents = pc.utf8_ltrim(texts, "+-"), pc.starts_with(texts, "-"), None
    else:
        plain, exponents = _split_exponents(texts)
        bodies, negative, units = _take_apart(plain)
    told = decimal if fixed else _told_mark(bodies)
    ambiguous = told is None and (_any(bodies, _ambiguous(".")) or _any(bodies, _ambiguous(",")))
    mark = told or (decimal if ambiguous and decimal else _likely_mark(bodies))
    values = _parse(bodies, mark, exponents)
    values = pc.if_else(negative, pc.negate(values), values)
    note = "decimal comma" if mark == "," and _any(bodies, ",") else ""
    return NumberTexts(values, told, note, _question(bodies, mark) if ambiguous and not decimal else "", units)


def _split_exponents(texts: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    """Return the texts without their exponents, and these, if any has one."""
    form = r"[eE][+\-]?[0-9]+$"
    if not _any(texts, form):
        return texts, None
    parts = pc.extract_regex(texts, rf"(?P<exponent>{form})")
    return pc.replace_substring_regex(texts, form, ""), pc.fill_null(pc.struct_field(parts, "exponent"), "")


def _take_apart(texts: pa.Array) -> tuple[pa.Array, pa.Array, dict[str, int]]:
    """Return the digits and marks of each text (null if it is no number), whether it is negative, and all units.

    What stands around the numbers is looked at once for each form, such as `$#`: a million amounts have few forms.
    """
    forms = pc.replace_substring_regex(texts, _BODY, "#").dictionary_encode()
    parts = pc.extract_regex(forms.dictionary, _FORM)
    part = {field.name: pc.struct_field(parts, field.name) for field in parts.type}
    signs = pc.binary_join_element_wise(part["before"], part["between"], part["after"], "")
    brackets = pc.binary_join_element_wise(part["open"], part["close"], "")
    units = pc.utf8_lower(pc.binary_join_element_wise(part["left"], part["right"], ""))
    sound = pc.and_(
        pc.less_equal(pc.utf8_length(signs), 1),
        pc.and_(pc.is_in(brackets, pa.array(["", "()"])), pc.is_in(units, pa.array(["", "%", *_CURRENCY_OF]))),
    )
    sound = pc.fill_null(sound, False)
    minus = pc.and_(pc.greater(pc.utf8_length(signs), 0), pc.not_equal(signs, "+"))
    negative = pc.or_(minus, pc.equal(brackets, "()"))
    counts = np.bincount(forms.indices.to_numpy(), minlength=len(sound))
    found: Counter[str] = Counter()
    for unit, is_sound, count in zip(units.to_pylist(), sound.to_pylist(), counts.tolist(), strict=True):
        if unit and is_sound:
            found[_CURRENCY_OF.get(unit, unit)] += count
    around = "".join(sorted(set("".join(forms.dictionary.filter(sound).to_pylist())) - {"#"}))
    bodies = pc.if_else(pc.take(sound, forms.indices), texts, pa.scalar(None, pa.string()))
    return pc.utf8_trim(bodies, around), pc.take(negative, forms.indices), dict(found)


def _ambiguous(mark: str) -> str:
    """Return the form of 1.234, which may be a fraction or 1234."""
    return rf"^[+\-]?[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}$"


def _decisive(mark: str) -> str:
    """Return the form of what can be read only if `mark` is the decimal mark."""
    other = f"{',' if mark == '.' else '.'}{_SPACE}{_APOSTROPHE}"
    return (
        rf"^(?:(?:0[0-9]*|[0-9]{{4,}})?\{mark}[0-9]+"  # 0.125, 1234.567
        rf"|[0-9{other}]*\{mark}(?:[0-9]{{0,2}}|[0-9]{{4,}})"  # 1.5, 1.2345
        rf"|[0-9]+[{other}][0-9{other}]*\{mark}[0-9]*"  # 1,234.567
        rf"|[0-9]{{1,3}}(?:[{other[0]}][0-9]{{2,3}})+[{other[0]}][0-9]{{3}})$"  # 1,234,567
    )


def _told_mark(bodies: pa.Array) -> str | None:
    """Return the decimal mark that the values themselves tell: what more of them need."""
    points, commas = (pc.sum(pc.match_substring_regex(bodies, _decisive(mark))).as_py() or 0 for mark in ".,")
    return None if points == commas == 0 else "." if points >= commas else ","


def _likely_mark(bodies: pa.Array) -> str:
    """Return the decimal mark where each value could be read either way."""
    if _any(bodies, _ambiguous(".")):
        marked = pc.sum(pc.match_substring(bodies, ".")).as_py()
        thousands = marked >= _LONG_MIX and _any(bodies, r"^[1-9][0-9]{0,2}$") and not _any(bodies, r"^[0-9]{5,}$")
        return "," if thousands else "."
    return "," if _any(bodies, _ambiguous(",")) and _any(bodies, r"^[0-9]{5,}$") else "."


def _question(bodies: pa.Array, mark: str) -> str:
    written = "." if _any(bodies, _ambiguous(".")) else ","
    how = f"a decimal {'point' if mark == '.' else 'comma'}" if written == mark else "a thousands mark"
    return f"values like 1{written}234 can be read as 1.234 or as 1234: {how} is assumed"


def _parse(bodies: pa.Array, mark: str, exponents: pa.Array | None) -> pa.Array:
    other = "," if mark == "." else "."
    whole = "|".join(
        (
            "[0-9]+",
            rf"[0-9]{{1,3}}(?:\{other}[0-9]{{2,3}})*\{other}[0-9]{{3}}",  # also 12,34,567 as in India
            rf"[0-9]{{1,3}}(?:[{_SPACE}][0-9]{{3}})+",
            rf"[0-9]{{1,3}}(?:[{_APOSTROPHE}][0-9]{{3}})+",
        )
    )
    sound = pc.match_substring_regex(bodies, rf"^(?:(?:{whole})(?:\{mark}[0-9]*)?|\{mark}[0-9]+)$")
    digits = pc.replace_substring_regex(bodies, rf"[\{other}{_SPACE}{_APOSTROPHE}]", "")
    if mark == ",":
        digits = pc.replace_substring(digits, ",", ".")
    if exponents is not None:
        digits = pc.binary_join_element_wise(digits, exponents, "")
    return pc.if_else(sound, digits, pa.scalar(None, pa.string())).cast(pa.float64())


def _all(texts: pa.Array, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(texts, pattern)).as_py() is True


def _any(texts: pa.Array, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(texts, pattern)).as_py() is True
