"""Dates as people and programs write them, read in the order of their whole column. No I/O.

2024-01-31, 2024-01-31T12:00:00Z, 31.01.2024, 31/01/2024, 01/31/2024, 31 Jan 2024, Jan 31, 2024, 2024-01, 01/2024,
janv. 2024, Dec-15.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_MONTHS = (
    "january jan janvier janv januar jänner enero ene gennaio gen",
    "february feb février févr fév fevrier fevr februar febrero febbraio",
    "march mar mars märz mrz maerz marzo",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag",
    "june jun juin juni junio giugno giu",
    "july jul juillet juil juli julio luglio lug",
    "august aug août aout agosto ago",
    "september sep sept septembre septiembre set settembre",
    "october oct octobre oktober okt octubre ottobre ott",
    "november nov novembre noviembre",
    "december dec décembre déc decembre dezember dez diciembre dic dicembre",
)
"""Names of months and what they are shortened to, in English, French, German, Spanish and Italian."""

_MONTH_NUMBER = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}

_TIME = (
    r"(?:(?:T| +)(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?) ?(?P<zone>Z|[+\-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAME = r"(?P<name>\p{L}+)\.?"
_FORMS = (
    rf"^(?P<year>[0-9]{{4}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}}){_TIME}$",
    rf"^(?P<first>[0-9]{{1,2}})[-/. ](?P<second>[0-9]{{1,2}})[-/. ]{_YEAR}{_TIME}$",
    r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})$",
    r"^(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})$",
    rf"^(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.)?[-/. ]*(?:de |of )?{_NAME}[-/., ]+(?:de )?{_YEAR}{_TIME}$",
    rf"^{_NAME}[-/. ]+(?:de )?{_YEAR}$",
    rf"^{_NAME} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}{_TIME}$",
)

CENTURY_TURN = 69
"""Years of two digits from here on are of the 20th century, as POSIX has it."""


@dataclass(frozen=True)
class DateTexts:
    """Texts read as dates."""

    values: pa.Array
    """date32, or timestamp where any of them has a time of day; null for each text that is no date."""
    day_first: bool | None
    """Whether the day stands before the month, if the column tells it."""
    note: str = ""
    question: str = ""


def read_dates(texts: pa.Array, day_first: bool | None = None) -> DateTexts:
    """Read the different texts (n, trimmed, no nulls) of a column, in one order for all of them.

    `day_first` is the order of the source, for a column that does not tell.
    """
    fields = {
        name: np.zeros(len(texts), np.int64)
        for name in ("year", "month", "day", "first", "second", "seconds", "digits")
    }
    for form in _FORMS:
        _fill(fields, texts, form)
    told = _order(texts, fields["first"], fields["second"])
    numeric = fields["first"] > 0
    first_is_day = True if (order := day_first if told is None else told) is None else order
    day, month = (fields["first"], fields["second"]) if first_is_day else (fields["second"], fields["first"])
    fields["day"][numeric], fields["month"][numeric] = day[numeric], month[numeric]
    days, valid = _calendar(fields["year"], fields["month"], np.maximum(fields["day"], 1))
    seconds = fields["seconds"]
    kind = pa.date32() if not seconds[valid].any() else pa.timestamp("s")
    moments = pa.array(days.astype("datetime64[s]") + seconds, mask=~valid)
    return DateTexts(moments.cast(kind), told, _note(fields, valid), _question(numeric, told, day_first))


def _fill(fields: dict[str, NDArray[np.int64]], texts: pa.Array, form: str) -> None:
    """Read those texts that have the form and were not read by another."""
    parts = pc.extract_regex(texts, form)
    found = parts.is_valid().to_numpy(zero_copy_only=False) & (fields["year"] == 0)
    if not found.any():
        return
    part = {field.name: pc.struct_field(parts, field.name).filter(pa.array(found)) for field in parts.type}
    for name in part.keys() & {"year", "month", "day", "first", "second"}:
        fields[name][found] = _whole(part[name])
    fields["digits"][found] = pc.utf8_length(part["year"]).to_numpy()
    if "name" in part:
        names = pc.index_in(pc.utf8_lower(part["name"]), pa.array(list(_MONTH_NUMBER)))
        numbers = np.array([*_MONTH_NUMBER.values(), 0])
        fields["month"][found] = numbers[pc.fill_null(names, -1).to_numpy()]
    if "time" in part:
        fields["seconds"][found] = _seconds(part["time"], part["zone"])
    short = found & (fields["digits"] == 2)
    fields["year"][short] += np.where(fields["year"][short] < CENTURY_TURN, 2000, 1900)


def _whole(texts: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.if_else(pc.equal(texts, ""), "0", texts).cast(pa.int64()).to_numpy())


def _seconds(times: pa.Array, zones: pa.Array) -> NDArray[np.int64]:
    """Return the seconds of a day in UTC; fractions of a second are left out."""
    clock = pc.extract_regex(times, r"^(?P<h>[0-9]{0,2}):?(?P<m>[0-9]{0,2}):?(?P<s>[0-9]{0,2})")
    offset = pc.extract_regex(zones, r"^(?P<sign>[+\-Z]?)(?P<h>[0-9]{0,2}):?(?P<m>[0-9]{0,2})")
    ahead = _part(offset, "h") * 3600 + _part(offset, "m") * 60
    west = pc.equal(pc.struct_field(offset, "sign"), "-").to_numpy(zero_copy_only=False)
    local = _part(clock, "h") * 3600 + _part(clock, "m") * 60 + _part(clock, "s")
    return np.asarray(local + np.where(west, ahead, -ahead))


def _part(parts: pa.Array, name: str) -> NDArray[np.int64]:
    return _whole(pc.struct_field(parts, name))


def _order(texts: pa.Array, first: NDArray[np.int64], second: NDArray[np.int64]) -> bool | None:
    """Return whether the day stands first; None if every number can be a month."""
    days_first, days_second = np.count_nonzero(first > 12), np.count_nonzero(second > 12)
    if days_first == days_second == 0:
        points = pc.match_substring_regex(texts, r"^[0-9]{1,2}\.[0-9]{1,2}\.").to_numpy(zero_copy_only=False)
        return True if points.any() else None  # only the day stands first where points part them
    return bool(days_first >= days_second)


def _calendar(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Return the days, and which of them are in the calendar."""
    possible = (year > 0) & (month >= 1) & (month <= 12) & (day <= 31)
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(possible, day - 1, 0)
    return days, possible & (days.astype("datetime64[M]") == months)


def _note(fields: dict[str, NDArray[np.int64]], valid: NDArray[np.bool_]) -> str:
    months = valid & (fields["day"] == 0)
    return "months, read as their first day" if months.any() else ""


def _question(numeric: NDArray[np.bool_], told: bool | None, given: bool | None) -> str:
    if not numeric.any() or told is not None or given is not None:
        return ""
    return "dates like 01/02/2024 can be in February or in January: the day is assumed to stand first"
