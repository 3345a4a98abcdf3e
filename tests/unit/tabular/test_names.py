"""Names of columns and of their features."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.names import alike_notes, distinct_names, feature_name, feature_names, match_columns

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
