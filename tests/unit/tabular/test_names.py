"""Names of columns and of their features."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.errors import TableError
from tabular.names import (
    MAX_COLUMNS,
    MAX_NAME_CHARACTERS,
    MAX_NAMES_SAID,
    alike_notes,
    check_names,
    clean_name,
    distinct_names,
    feature_name,
    feature_names,
    looks_like_row,
    match_columns,
)
from tests.support.steps import count_steps

headers = st.lists(st.one_of(st.text(max_size=90), st.text("aé_ %€(\n1", max_size=4)), max_size=12)


@given(headers)
def test_any_header_becomes_distinct_names_and_distinct_features(header):
    names, _ = distinct_names(header)
    assert len(names) == len(header)
    assert len(set(names)) == len(names)
    assert all(name == name.strip() != "" for name in names)
    assert distinct_names(names) == (names, [])
    features = feature_names(names)
    assert list(features) == names
    assert len(set(features.values())) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]{0,62}", feature) for feature in features.values())


@given(headers, st.randoms())
def test_a_later_file_finds_each_feature_in_the_same_column_in_any_order(header, random):
    names, _ = distinct_names(header)
    features = feature_names(names)
    shuffled = random.sample(names, len(names))
    assert match_columns(set(features.values()), shuffled) == {feature: name for name, feature in features.items()}


@given(st.text(max_size=90))
def test_a_feature_name_is_its_own_feature_name(column):
    assert feature_name(feature_name(column)) == feature_name(column)


def test_a_column_that_is_alike_is_not_taken_for_one_that_is_absent():
    features = feature_names(["Montant (€)", "Montant ($)"])
    assert features == {"Montant (€)": "Montant_eur", "Montant ($)": "Montant_usd"}
    assert match_columns(set(features.values()), ["Montant ($)"]) == {"Montant_usd": "Montant ($)"}
    assert match_columns(["Montant"], ["Montant ($)", "Montant [$]"]) == {}


@pytest.mark.parametrize(
    ("header", "names", "note"),
    [
        (["", "amount"], ["column_1", "amount"], "column 1 has no name: it is 'column_1'"),
        (["rate", "x", " rate "], ["rate", "x", "rate_2"], "columns 1 and 3 are both named 'rate': the second is"),
        (["rate", "rate_2", "rate"], ["rate", "rate_2", "rate_3"], "the second is 'rate_3'"),
        (["Taux\r\nannuel"], ["Taux annuel"], "line breaks in column names became spaces: 'Taux annuel'"),
    ],
)
def test_what_is_not_as_written_is_said(header, names, note):
    found, (said,) = distinct_names(header)
    assert found == names
    assert note in said


def test_features_that_had_to_be_told_apart_are_listed():
    assert alike_notes(["Taux (%)", "Taux"]) == [
        "column 'Taux (%)' is the feature 'Taux_pct', since another column is 'Taux'"
    ]


GERMAN = ["A11", "6", "A34", "A43", "1169", "A65", "1"]
ROWS = [["A12", "48", "A32", "A43", str(5_000 + n), "A61", "2"] for n in range(11)] + [
    ["A11", "12", "A34", "A46", "2096", "A65", "1"]
]


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        (GERMAN, ROWS, True),
        (["0.35", "1169", "RENT"], [["0.2", "3", "RENT"]] * 10, True),
        (["rate", "amount", "home"], [["0.2", "3", "RENT"]] * 10, False),
        (["id", "2019", "2020", "default"], [[str(n), "10", "20", "0"] for n in range(12)], False),  # years
        (["default", "income"], [["default", "3"], ["paid", "4"]] * 9, False),  # one word may be both
        (GERMAN, ROWS[-2:], False),  # too few to know
        (["", "", ""], [["", "", ""]] * 12, False),
    ],
)
def test_a_first_row_of_values_is_no_header(names, rows, expected):
    assert looks_like_row(names, rows) is expected


HEADERS = {
    "one name": lambda n: ["a"] * n,
    "no name": lambda n: [""] * n,
    "the names that doubled ones would get": lambda n: ["a"] * n + [f"a_{i}" for i in range(n)],
    "different names": lambda n: [f"name {i}" for i in range(n)],
    "names of signs": lambda n: [f"{'é' * (i % 7)}{chr(0x4E00 + i)}" for i in range(n)],
    "line breaks": lambda n: ["a\n" * 3] * n,
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize(
    "work",
    [distinct_names, feature_names, alike_notes, lambda names: match_columns({"a", "a_2"}, names)],
    ids=["distinct", "features", "alike", "match"],
)
def test_twice_as_many_names_are_twice_the_work(name, work):
    few, many = (count_steps(lambda: work(HEADERS[name](n))) for n in (200, 400))  # noqa: B023 - called at once
    assert many < 2.2 * few


@pytest.mark.parametrize("between", [" ", "\t", "\n ", " \u2028"])
def test_a_long_name_is_cleaned_in_one_pass(between):
    name = clean_name(f"a{between * 400_000}b")  # takes hours if each space is looked at again for each other
    assert name.startswith("a")
    assert name.endswith("b")


def test_too_many_and_too_long_names_are_refused_with_their_number():
    check_names(["x" * MAX_NAME_CHARACTERS] * MAX_COLUMNS, "file.csv")
    with pytest.raises(TableError, match=r"^file.csv: 10,001 columns: a table may have at most 10,000$"):
        check_names(["x"] * (MAX_COLUMNS + 1), "file.csv")
    with pytest.raises(TableError, match=r"^file.csv: the name of column 2 has 1,001 characters, of at most 1,000$"):
        check_names(["x", "y" * (MAX_NAME_CHARACTERS + 1)], "file.csv")


def test_notes_on_many_names_are_few():
    for header in (["a"] * 5_000, [""] * 5_000, [f"a\n{i}" for i in range(5_000)]):
        _, notes = distinct_names(header)
        assert len(notes) <= MAX_NAMES_SAID + 2
        assert sum(map(len, notes)) < 4_000
    assert len(alike_notes([f"é{chr(0x4E00 + i)}" for i in range(5_000)])) <= MAX_NAMES_SAID + 1
