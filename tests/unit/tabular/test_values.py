"""What a column holds: numbers, booleans and dates in the styles in which files write them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.values import MISSING_WORDS, Interpretation, cell_numbers, interpret, interpret_columns, level_texts


def of(*texts: str | None, missing_words: Sequence[str] = ()) -> Interpretation:
    return interpret(pa.array(texts, pa.string()), missing_words)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$1,000.00", "$2,000.00"], [1000, 2000]),
        (["12.5", "?", "7", "."], [12.5, None, 7, None]),
        (["1 234,50", "3,14"], [1234.5, 3.14]),
        (["1.234,56", "0,5"], [1234.56, 0.5]),
        (["1'234.56", "7"], [1234.56, 7]),
        (["12,34,567", "1.5"], [1234567, 1.5]),
        (["1\u202f234\u00a0€", "-\u00a05 €"], [1234, -5]),
        (["(1,234.50)", "5-", "−7", "+3"], [-1234.5, -5, -7, 3]),
        (["12,5 %", "100%"], [12.5, 100]),
        (["CHF 100.-", "Fr. 5.50"], [100, 5.5]),
        (["1,5E+03", "2,5"], [1500, 2.5]),
        (["1e-05", "5.", ".5", None], [1e-05, 5, 0.5, None]),
        (["R$ 1.000,00", "NA"], [1000, None]),
        (["0.125", "1,234"], [0.125, 1234]),
        (["1.234.567", "1.234"], [1234567, 1234]),
    ],
)
def test_numbers_in_the_style_of_their_column(texts: list[str | None], numbers: list[float | None]) -> None:
    found = of(*texts)
    assert found.kind == "number"
    assert found.values.to_pylist() == pytest.approx(numbers)
    assert found.values.type == pa.float64()
    assert found.missing == numbers.count(None)
    assert not found.question


@pytest.mark.parametrize(
    ("texts", "numbers", "assumed"),
    [
        (["4.041"], [4.041], "a decimal point is assumed"),
        (["4,041"], [4041], "a thousands mark is assumed"),
        (["4,041", "12345"], [4.041, 12345], "a decimal comma is assumed"),
        (["7", *(f"{n}.500" for n in range(101, 140))], [7, 101_500, 102_500], "a thousands mark is assumed"),
        (["12%", "5"], [12, 5], "some are written without %"),
    ],
)
def test_what_is_ambiguous_is_decided_and_said(texts: list[str], numbers: list[float], assumed: str) -> None:
    found = of(*texts)
    assert found.kind == "number"
    assert found.values.to_pylist()[: len(numbers)] == numbers
    assert assumed in found.question


def test_what_a_column_leaves_open_is_decided_as_the_others_of_its_table() -> None:
    columns = {"price": ["1.234"], "rate": ["3,5"], "opened": ["01/02/2024"], "closed": ["31/01/2024"]}
    found = interpret_columns({name: pa.array(texts) for name, texts in columns.items()})
    assert found["price"].values.to_pylist() == [1234.0]
    assert found["opened"].values.to_pylist() == [date(2024, 2, 1)]
    assert not any(each.question for each in found.values())


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["$5", "$1,000"], "amounts in $"),
        (["5 EUR", "€ 7"], "amounts in EUR"),
        (["5,5 %"], "decimal comma; percentages: 12 % is 12"),
        (["1"] * 297 + ["?"] * 3, "297 of 300 are numbers but for '?', read as missing"),
        (["1"] * 297 + ["none"] * 3, "297 of 300 are numbers but for 'none'"),
        (["1"] * 8 + ["inf", "-Infinity"], "8 of 10 are numbers but for 'inf' and '-Infinity', read as missing"),
        (["inf", "sup", "sup"], ""),
        (["1"] * 97 + ["none", "none", "Dupont, Jean-Pierre"], "97 of 100 are numbers but for 'none' and 1 other text"),
        (["1"] * 98 + ["Smith", "Jones"], "98 of 100 are numbers but for 2 other texts"),
        (["$5", "€5"], "amounts in more than one currency: $, EUR"),
        (["2024-01", "Jan 2024"], "months, read as their first day"),
        (["a", "NA", "None"], "'NA' and 'None' read as missing"),
    ],
)
def test_what_is_unusual_is_said(texts: list[str], note: str) -> None:
    assert of(*texts).note == note


def test_a_column_that_is_nearly_numbers_becomes_one_when_its_word_is_given() -> None:
    texts = ["1"] * 9 + ["none"]
    assert of(*texts).kind == "text"
    given = of(*texts, missing_words=["none"])
    assert (given.kind, given.missing, given.missing_words) == ("number", 1, {"none": 1})


@pytest.mark.parametrize(
    "texts", [["06 12 34 56 78"], ["12-34"], ["1.2.3.4"], ["1,2,3"], ["12 34"], ["1,5", "1.5", "x"], ["--5"], ["5 5 %"]]
)
def test_what_is_no_number_stays_text(texts: list[str]) -> None:
    assert of(*texts).kind == "text"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["yes", "No"], "boolean"), (["oui", "non"], "boolean"), (["Ja", "Nein"], "boolean"), (["sí", "no"], "boolean"),
        (["TRUE", "False"], "boolean"), (["Y", "N"], "boolean"), (["vrai"], "boolean"), (["1", "0"], "number"),
        (["Y"], "text"), (["M", "F"], "text"), (["yes", "non"], "text"), (["no", "nein"], "text"), (["none"], "text"),
    ],
)  # fmt: skip
def test_yes_and_no_in_words_of_one_language(texts: list[str], kind: str) -> None:
    found = of(*texts, None)
    assert found.kind == kind
    if kind == "boolean":
        assert found.values.to_pylist() == [text[0] not in "nNF" for text in texts] + [None]


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["2024-01-31", "2023/2/1", None], [date(2024, 1, 31), date(2023, 2, 1), None]),
        (["31/01/2024", "01/02/2024"], [date(2024, 1, 31), date(2024, 2, 1)]),
        (["01/31/2024", "01/02/2024"], [date(2024, 1, 31), date(2024, 1, 2)]),
        (["1.2.2024"], [date(2024, 2, 1)]),
        (["31-12-99", "01-01-05"], [date(1999, 12, 31), date(2005, 1, 1)]),
        (["2024-01", "2023-12"], [date(2024, 1, 1), date(2023, 12, 1)]),
        (["01/2024"], [date(2024, 1, 1)]),
        (["Jan 2024", "Dec-15", "août 2020"], [date(2024, 1, 1), date(2015, 12, 1), date(2020, 8, 1)]),
        (["5 mars 2024", "31. Dez. 2023"], [date(2024, 3, 5), date(2023, 12, 31)]),
        (["January 5, 2024", "Mar 1st, 2024"], [date(2024, 1, 5), date(2024, 3, 1)]),
        (["05.01.2024 00:00:00", "NULL"], [date(2024, 1, 5), None]),
    ],
)  # fmt: skip
def test_dates_in_the_order_of_their_column(texts: list[str | None], dates: list[date | None]) -> None:
    found = of(*texts)
    assert found.kind == "date"
    assert found.values.to_pylist() == dates
    assert not found.question


def test_a_time_of_day_is_read_in_utc() -> None:
    found = of("2024-01-05T10:30:00+02:00", "2024-01-05 00:00", "2024-01-05 01:02:03.5Z")
    assert [str(moment) for moment in found.values.to_pylist()] == [
        "2024-01-05 08:30:00", "2024-01-05 00:00:00", "2024-01-05 01:02:03"
    ]  # fmt: skip


def test_an_order_of_day_and_month_that_cannot_be_told_is_said() -> None:
    assert "the day is assumed to stand first" in of("01/02/2024", "03/04/2024").question


@pytest.mark.parametrize("texts", [["2023-02-29"], ["31/31/2024"], ["0000-00-00"], ["2024-13"], ["Foo 2024"], ["1/2"]])
def test_what_is_in_no_calendar_stays_text(texts: list[str]) -> None:
    assert of(*texts).kind == "text"


def test_columns_with_types_keep_their_meaning() -> None:
    assert interpret(pa.array([True, None])).kind == "boolean"
    assert interpret(pa.array([1.5, float("nan")])).values.to_pylist() == [1.5, None]
    assert interpret(pa.array([Decimal("1.50")])).values.to_pylist() == [1.5]
    assert interpret(pa.array([date(2024, 1, 1)])).kind == "date"
    assert interpret(pa.nulls(3)).kind == "empty"
    assert interpret(pa.array(["", "NA"])).kind == "empty"
    assert interpret(pa.array(["1", "?"]).dictionary_encode()).values.to_pylist() == [1.0, None]
    assert interpret(pa.array([-9, 5]), ["-9"]).values.to_pylist() == [None, 5.0]


def test_levels_are_the_texts_as_written_without_spaces_and_missing_words() -> None:
    assert level_texts(pa.array([" a", "NA", "b ", "01"])).to_pylist() == ["a", None, "b", "01"]
    assert level_texts(pa.array([1, None])).to_pylist() == ["1", None]


def marks(decimal: str) -> st.SearchStrategy[str]:
    return st.sampled_from([mark for mark in ",. '’\u00a0\u202f\u2009" if mark != decimal] + [""])


def written(number: Decimal, decimal: str, thousands: str, unit: str, *, before: bool, negative: str) -> str:
    """Return an amount of two decimals in a style."""
    digits = f"{abs(number):,.2f}".replace(",", "T").replace(".", "D").replace("T", thousands).replace("D", decimal)
    amount = f"{unit}{digits}" if before and unit != " %" else f"{digits}{unit}"
    return negative.format(amount) if number < 0 else amount


amounts = st.lists(st.none() | st.decimals(-10_000_000, 10_000_000, places=2), min_size=1, max_size=30)


@given(
    numbers=amounts,
    style=st.sampled_from(".,").flatmap(lambda decimal: st.tuples(st.just(decimal), marks(decimal))),
    unit=st.sampled_from(["", "$", "€", " EUR", "£", "CHF ", " %", "kr ", "R$"]),
    before=st.booleans(),
    negative=st.sampled_from(["-{}", "−{}", "({})", "{}-", "- {}"]),
    missing=st.sampled_from([*MISSING_WORDS, "k.A."]),
)
def test_numbers_are_read_back_whatever_style_they_are_written_in(
    numbers: list[Decimal | None], style: tuple[str, str], unit: str, before: bool, negative: str, missing: str
) -> None:
    decimal, thousands = style
    texts = [
        missing if number is None else written(number, decimal, thousands, unit, before=before, negative=negative)
        for number in numbers
    ]
    found = of(*texts, missing_words=["k.A."])
    assert found.kind == ("number" if any(number is not None for number in numbers) else "empty")
    assert found.values.to_pylist() == [None if number is None else float(number) for number in numbers]
    assert found.missing == numbers.count(None)
    if unit and found.kind == "number":
        assert found.unit is not None


ORDERS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d")


@given(st.lists(st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)), min_size=1), st.sampled_from(ORDERS))
def test_dates_are_read_back_whatever_order_they_are_written_in(dates: list[date | None], order: str) -> None:
    dates = [date(1999, 12, 31), *dates]  # one whose order can be told
    found = of(*(None if each is None else each.strftime(order) for each in dates))
    assert found.kind == "date"
    assert found.values.to_pylist() == dates


@given(st.lists(st.none() | st.booleans(), min_size=1), st.sampled_from(["no yes", "Non Oui", "NEIN JA", "n y", "F T"]))
def test_booleans_are_read_back_whatever_words_they_are_written_in(truths: list[bool | None], words: str) -> None:
    truths = [True, False, *truths]
    found = of(*(None if truth is None else words.split()[truth] for truth in truths))
    assert (found.kind, found.values.to_pylist()) == ("boolean", truths)


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64()])
def test_an_infinite_number_is_missing_and_said(kind: pa.DataType) -> None:
    found = interpret(pa.array([1.5, float("inf"), float("-inf"), float("nan"), None], kind))
    assert found.values.to_pylist() == [1.5, None, None, None, None]
    assert found.note == "1 of 3 are numbers but for 'inf', read as missing"


def test_a_column_of_infinities_has_no_number() -> None:
    assert interpret(pa.array([float("inf")] * 3)).kind == "empty"
    assert of("inf", "inf").kind == "text"


def test_an_infinite_cell_is_missing_in_a_number_and_may_be_a_level() -> None:
    numbers, wrong = cell_numbers(pa.array(["inf", "x", "2"]))
    assert (numbers.to_pylist(), wrong.tolist()) == ([None, None, 2.0], [False, True, False])
    assert level_texts(pa.array(["inf", "sup"])).to_pylist() == ["inf", "sup"]
