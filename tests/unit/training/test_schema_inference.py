"""What the schema guesses from a column."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.column_encoding import encode_column
from contract.schema import FeatureType
from training.column_casts import as_numbers, as_text
from training.schema_inference import infer_column


def _text(*values):
    return pa.array(values, pa.string())


def test_text_with_few_values_is_a_choice_in_natural_order():
    found = infer_column("term", _text("36", "6", None, "rent", "36", "rent", "6.5")).feature
    assert found.type is FeatureType.CATEGORICAL
    assert [level.value for level in found.levels] == ["6", "6.5", "36", "rent"]
    assert found.missing_allowed


def test_small_whole_numbers_are_integers_and_amounts_are_numbers():
    assert infer_column("children", _text("0", "2", "2")).feature.type is not FeatureType.NUMBER
    assert infer_column("loans", _text("0", "2", "2")).feature.type is FeatureType.INTEGER
    assert infer_column("income", _text("1000", "52000", "1000")).feature.type is FeatureType.NUMBER
    assert infer_column("rate", _text("1.5", "2", "2")).feature.type is FeatureType.NUMBER


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        (["10", "30", "10"], (0, 50)),
        (["-10", "30", "30"], (-50, 70)),
        (["0.2", "0.4", "0.4"], (0, 1)),
        (["-5", "-3", "-3"], (-7, -1)),
        (["1234", "5678", "1234"], (0, 11000)),
    ],
)
def test_bounds_have_a_margin_but_keep_the_sign(values, bounds):
    found = infer_column("x", _text(*values)).feature
    assert (found.minimum, found.maximum) == bounds


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=50).map(lambda values: [*values, values[0]]))
@example([0.0, -5e-324, 0.0])
def test_every_value_seen_lies_within_the_guessed_bounds(values):
    column = pa.array(values, pa.float64())
    _, faults = encode_column(infer_column("x", column).feature, column)
    assert not faults


def test_identifiers_and_free_text_are_left_out():
    assert infer_column("ID", _text("1", "2", "3")).is_id
    assert infer_column("customer_id", pa.array([70, 3, 41])).is_id
    assert infer_column("iban", _text("FR1", "FR2", "FR3")).is_id
    assert not infer_column("amount", pa.array([70, 3, 41])).is_id
    names = _text(*(f"name {n}" for n in range(60)), "name 1")
    assert "60 different texts" in infer_column("employer", names).excluded_because
    assert infer_column("opened", pa.array([0, 0, 1], pa.timestamp("s"))).excluded_because
    assert infer_column("empty", _text(None, None)).excluded_because


@pytest.mark.parametrize("column", ["Sex", "AGE", "ageYears", "personal_status_sex", "Situation maritale (marital)"])
def test_sensitive_columns_are_guessed_by_whole_words(column):
    found = infer_column(column, pa.array([21, 45, 45])).feature
    assert found.sensitive
    assert not found.in_model


@pytest.mark.parametrize("column", ["mortgage", "percentage", "usage", "message"])
def test_words_that_contain_age_are_not_sensitive(column):
    assert not infer_column(column, pa.array([21, 45, 45])).feature.sensitive


def test_a_sensitive_code_is_a_choice():
    found = infer_column("sex", _text("1", "2", "2")).feature
    assert [level.value for level in found.levels] == ["1", "2"]


def test_the_same_level_is_written_the_same_way():
    assert as_text(pa.array([2.0, None, 3.0])).to_pylist() == ["2", None, "3"]
    assert as_text(_text(" 2.0", "3")).to_pylist() == ["2", "3"]
    assert as_text(_text("01", "02")).to_pylist() == ["01", "02"]
    assert as_text(pa.array([True, False])).to_pylist() == ["true", "false"]
    assert as_text(pa.array(["a", "b"]).dictionary_encode()).to_pylist() == ["a", "b"]


def test_numbers_are_read_from_text_only_when_all_are_numbers():
    assert as_numbers(_text(" 1", None, "2.5e3")).to_pylist() == [1, None, 2500]
    assert as_numbers(_text("1", "x")) is None
