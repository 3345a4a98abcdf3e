"""The filter language without a database: what it refuses, where it says so, and that nothing else escapes it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement

from db.errors import FilterError
from db.filters import MAX_DEPTH, MAX_LENGTH, parse_where
from tests.unit.db.schema import SCHEMA


@pytest.mark.parametrize(
    "text",
    [
        "AGE >= 30",
        "  AGE >= 30  ",
        "30 <= AGE",
        "18 <= AGE < 30",
        "AGE >= 30 and\nLIMIT_BAL < 50000",
        "AGE >= 30 AND NOT (LIMIT_BAL < -1.5e3 OR SEX == '2')",
        "SEX in [1, '2']",
        "SEX NOT IN (1, 2)",
        "SEX != 2",
        "AGE is null or LIMIT_BAL IS NOT NULL",
        "AGE is None",
        "LIMIT_BAL > AGE",
        "credit.amount > 10",
        "`credit.amount` > 10 and `in-arrears` == 0",
    ],
)
def test_expressions_that_are_understood(text: str) -> None:
    assert isinstance(parse_where(text, SCHEMA), ColumnElement)


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "expected a comparison"),
        ("AGE", 1, "expected a comparison"),
        ("AGE >= 30 and SEX", 15, "expected a comparison"),
        ("AGE = 30", 5, "expected a comparison"),
        ("AGE >= ", 8, "expected a comparison"),
        ("  (AGE >= 30", 3, "expected a comparison"),
        ("age >= 30", 1, "did you mean AGE?"),
        ("LIMIT >= 30", 1, "no feature 'LIMIT'"),
        ("AGE >= 30 and `no-such` > 1", 15, "no feature 'no-such'"),
        ("SEX == 'é' and AGEE > 1", 16, "did you mean AGE?"),
        ("AGE >= 'x'", 8, "expected a number, as AGE is one"),
        ("AGE >= True", 8, "expected a number"),
        ("AGE >= 1 + 1", 8, "expected a number"),
        ("AGE >= 1j", 8, "expected a number"),
        ("AGE < 1e999", 7, "that a double can hold"),
        ("AGE < 1" + "0" * 400, 7, "that a double can hold"),
        ("AGE in [1, null]", 12, "expected a number"),
        ("AGE in []", 8, "expected a list"),
        ("AGE in 5", 8, "expected a list"),
        ("AGE is 5", 8, "expected null"),
        ("5 is null", 1, "expected the name of a feature"),
        ("1 < 2", 1, "expected the name of a feature"),
        ("SEX == 3", 8, "expected a level of SEX: 1, 2, é"),
        ("SEX < 2", 1, "SEX is a choice"),
        ("SEX == SEX", 1, "SEX is a choice"),
        ("AGE > 1 and SEX == AGE", 13, "SEX is a choice"),
        (r"SEX == '\x31'", 9, "backslash"),
        ("AGE > 1 or " * 300 + "AGE > 1", MAX_LENGTH + 1, "at most"),
        ("not " * (MAX_DEPTH + 5) + "AGE > 1", 4 * MAX_DEPTH + 1, "deep"),
    ],
)
def test_a_refusal_says_where_and_what(text: str, column: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_where(text, SCHEMA)
    assert (caught.value.column, says in str(caught.value)) == (column, True), str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "AGE.__class__ > 1",
        "(lambda: 1)() == AGE",
        "[x for x in AGE] == 1",
        "f'{AGE}' == SEX",
        "AGE > 1; DROP TABLE clients",
        "AGE > 1 -- comment\nOR 1 = 1",
        "SEX == '1'' OR ''1'' == ''1'",
        "AGE > (SELECT 1)",
        "AGE > 1\0",
        "AGE := 1",
        "\ud800 > 1",
    ],
)
def test_nothing_but_the_language_passes(text: str) -> None:
    with pytest.raises(FilterError):
        parse_where(text, SCHEMA)


_WORDS = """AGE SEX `in-arrears` credit.amount and or not in is null lambda 1or 1 2.5 '1' é \0
( ) [ ] , < == != >= = - * . : # " ' `"""
_PIECES = st.sampled_from([*_WORDS.split(), "\n"])


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES).map("".join)))
def test_any_text_gives_a_clause_or_a_place_in_the_text(text: str) -> None:
    try:
        assert isinstance(parse_where(text, SCHEMA), ColumnElement)
    except FilterError as error:
        assert 1 <= error.column <= max(len(text), MAX_LENGTH) + 1


DEEP = {
    "dotted name": "a" + ".a" * 990 + " > 1",
    "dotted text": '"a"' + ".a" * 990 + " > 1",
    "parentheses": "(" * 900 + "AGE > 1" + ")" * 900,
    "not": "not " * 490 + "AGE > 1",
    "minus": "AGE > " + "-" * 1_900 + "1",
    "tilde": "~" * 1_900 + "AGE",
    "lists": "AGE in " + "[" * 900 + "]" * 900,
    "calls": "f(" * 600 + ")" * 600,
    "braces": "{" * 900 + "}" * 900,
    "indices": "AGE[" * 490 + "0" + "]" * 39,
    "powers": "AGE**" * 390 + "1 > 2",
    "conditions": "AGE if " * 280 + "AGE",
    "digits": "AGE > " + "9" * 1_990,
    "hexadecimal digits": "AGE > 0x" + "f" * 1_900,
    "exponent": "AGE > 1e99999999",
    "surrogate": "AGE > \ud800",
    "surrogate in a name": "`\ud800` > 1",
    "NUL": "AGE > 1\0",
    "quotes": "'a" * 900,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_would_take_a_parser_too_deep_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_where(text, SCHEMA)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


PIECES = [
    *("AGE", "SEX", "`AGE`", "a.b", "1", "-1", "1e999", "0x1f", "'1'", '"x"', "null", "None", "\ud800", "\0", "é"),
    *(" and ", " or ", "not ", " in ", " not in ", " is ", "(", ")", "[", "]", "{", "}", ",", ".", "-", "~", "`", "'"),
    *("==", "!=", "<", "<=", ">", ">=", "+", "**", ":=", "lambda: ", "await ", "*", "#", ";", "\n", "\t", "\\", "f''"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=100))
def test_any_text_is_a_selection_or_refused(text: str) -> None:
    with contextlib.suppress(FilterError):
        parse_where(text, SCHEMA)


@given(st.sampled_from(PIECES), st.integers(1, 1_000), st.sampled_from(PIECES))
def test_any_piece_repeated_is_a_selection_or_refused(piece: str, times: int, end: str) -> None:
    with contextlib.suppress(FilterError):
        parse_where((piece * times)[:1_990] + end, SCHEMA)
