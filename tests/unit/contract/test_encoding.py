import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import ErrorCode
from contract.column_encoding import encode_columns
from contract.encoding import (
    MAX_FAULTS_NAMED,
    MAX_UNKNOWN_NAMES,
    RowEncoder,
    invalid_features,
    unknown_feature,
    validation_message,
)
from contract.messages import MAX_DETAIL_LENGTH
from contract.schema import Feature, FeatureType, Level, LocalizedText
from tests.unit.contract.examples import SCHEMA

encoder = RowEncoder(SCHEMA)


def faults_of(features: dict[str, object]) -> dict[str, ErrorCode]:
    return {fault.name: fault.code for fault in encoder.encode(features)[1]}


def test_a_row_holds_the_models_features_in_schema_order():
    row, faults = encoder.encode({"home": "owner", "age": 40, "income": 1234.5})
    assert not faults
    assert row.dtype == np.float64
    assert row.tolist() == [1234.5, 40.0, 0.0]


def test_absent_and_null_are_missing_where_the_schema_allows_it():
    row, faults = encoder.encode({"income": 1, "age": None})
    assert not faults
    assert math.isnan(row[1])
    assert math.isnan(row[2])


@pytest.mark.parametrize("level", [2, 2.0, "2"])
def test_a_numeric_level_may_be_written_as_number_or_text(level):
    row, faults = encoder.encode({"income": 1, "home": level})
    assert not faults
    assert row[2] == 1.0


def test_sensitive_features_are_accepted_and_never_read():
    with_sex, faults = encoder.encode({"income": 1, "sex": "anything"})
    assert not faults
    assert with_sex.tobytes() == encoder.encode({"income": 1})[0].tobytes()


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({}, {"income": ErrorCode.MISSING_FEATURE}),
        ({"income": None}, {"income": ErrorCode.MISSING_FEATURE}),
        ({"income": "twelve"}, {"income": ErrorCode.WRONG_TYPE}),
        ({"income": True}, {"income": ErrorCode.WRONG_TYPE}),
        ({"income": [1]}, {"income": ErrorCode.WRONG_TYPE}),
        ({"income": math.nan}, {"income": ErrorCode.MISSING_FEATURE}),
        ({"income": -math.inf}, {"income": ErrorCode.NOT_FINITE}),
        ({"income": -1}, {"income": ErrorCode.OUT_OF_BOUNDS}),
        ({"income": 10**400}, {"income": ErrorCode.OUT_OF_BOUNDS}),
        ({"income": 1, "age": 40.5}, {"age": ErrorCode.WRONG_TYPE}),
        ({"income": 1, "home": "castle"}, {"home": ErrorCode.UNKNOWN_LEVEL}),
        ({"income": 1, "home": False}, {"home": ErrorCode.WRONG_TYPE}),
        ({"income": 1, "shoe": 43}, {"shoe": ErrorCode.UNKNOWN_FEATURE}),
        ({"income": -1, "age": 5}, {"income": ErrorCode.OUT_OF_BOUNDS, "age": ErrorCode.OUT_OF_BOUNDS}),
    ],
)
def test_each_fault_has_its_code_and_names_its_feature(features, expected):
    assert faults_of(features) == expected


def test_a_fault_never_repeats_the_value():
    _, faults = encoder.encode({"income": 987654321, "home": "secret-home"})
    assert len(faults) == 2
    assert not any("987654321" in fault.detail or "secret-home" in fault.detail for fault in faults)


def test_more_names_than_a_schema_can_explain_are_counted_and_not_looked_at():
    names = MAX_UNKNOWN_NAMES + len(SCHEMA.by_name)
    assert len(encoder.encode({f"n{i}": 1 for i in range(MAX_UNKNOWN_NAMES)})[1]) > MAX_UNKNOWN_NAMES
    _, faults = encoder.encode({f"n{i}": 1 for i in range(names + 1)})
    assert [(fault.name, fault.code) for fault in faults] == [("features", ErrorCode.TOO_MANY_FEATURES)]
    assert f"at most {names} names" in faults[0].detail
    assert f"found {names + 1}" in faults[0].detail


@pytest.mark.parametrize("more", [0, 1, 5_000])
def test_an_error_counts_all_faults_and_names_few(more):
    faults = [unknown_feature(f"n{i}") for i in range(MAX_FAULTS_NAMED + more)]
    error = invalid_features(faults)
    assert error.fields == tuple(faults[:MAX_FAULTS_NAMED])
    assert error.detail.startswith(f"{len(faults):,} invalid feature(s)")
    assert ("of which" in error.detail) == bool(more)


LONG_TEXTS = {
    "digits": "1" * 400_000 + "x",
    "decimals": "0." + "1" * 400_000 + "e",
    "exponents": "1e" * 200_000,
    "points": "." * 400_000,
    "spaces": " " * 400_000 + "x",
}


@pytest.mark.parametrize("name", LONG_TEXTS)
@pytest.mark.parametrize("feature", ["income", "age", "home"])
def test_a_long_text_that_is_no_number_is_refused_in_one_pass(name, feature):
    faults = faults_of({"income": 1, feature: LONG_TEXTS[name]})  # takes hours if the time is quadratic
    assert faults.keys() == {feature}


def test_a_level_that_goes_on_is_not_repeated_without_end():
    levels = [Level("x" * 500 + str(i), LocalizedText(en="x")) for i in range(20)]
    feature = Feature(name="long", type=FeatureType.CATEGORICAL, label=LocalizedText(en="x"), levels=levels)
    assert len(validation_message(feature, ErrorCode.UNKNOWN_LEVEL)) <= MAX_DETAIL_LENGTH


numbers = st.none() | st.floats(-1e7, 1e7) | st.sampled_from([math.nan, math.inf, 0.0, 1e6])
rows = st.lists(
    st.tuples(numbers, numbers | st.integers(0, 130).map(float), st.none() | st.sampled_from(["owner", "2", "x"])),
    min_size=1,
    max_size=20,
)


@given(rows)
def test_a_block_encodes_as_its_rows_do_one_by_one(rows):
    columns = list(zip(*rows, strict=True))
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array(columns[0], pa.float64(), from_pandas=False),
            pa.array(columns[1], pa.float64(), from_pandas=False),
            pa.array(columns[2], pa.string()),
        ],
        names=["income", "age", "home"],
    )
    encoded = encode_columns(SCHEMA, batch)
    for i, (income, age, home) in enumerate(rows):
        row, faults = encoder.encode({"income": income, "age": age, "home": home})
        assert {(f.name, f.code) for f in faults} == {(f.name, f.code) for f in encoded.faults.get(i, [])}
        if not faults:
            assert row.tobytes() == encoded.rows[i].tobytes()


def test_a_block_may_write_levels_as_numbers_or_dictionaries():
    for column in (pa.array([2, 2]), pa.array([2.0, 2.0]), pa.array(["2", "2"]).dictionary_encode()):
        batch = pa.RecordBatch.from_arrays([pa.array([1.0, 1.0]), column], names=["income", "home"])
        encoded = encode_columns(SCHEMA, batch)
        assert not encoded.faults
        assert encoded.rows[:, 2].tolist() == [1.0, 1.0]


def test_a_block_with_text_where_numbers_belong_has_every_row_at_fault():
    batch = pa.RecordBatch.from_arrays([pa.array(["one", "two"])], names=["income"])
    faults = encode_columns(SCHEMA, batch).faults
    assert [[f.code for f in faults[i]] for i in (0, 1)] == [[ErrorCode.WRONG_TYPE]] * 2


def test_a_dictionary_may_lack_levels_rows_and_values():
    levels = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 2]), pa.array(["owner", "castle", None]))
    encoded = encode_columns(SCHEMA, pa.RecordBatch.from_arrays([pa.array([1.0] * 4), levels], ["income", "home"]))
    assert encoded.rows[0, 2] == 0.0
    assert np.isnan(encoded.rows[1:, 2]).all()
    [fault] = encoded.faults.pop(2)
    assert fault.code is ErrorCode.UNKNOWN_LEVEL
    assert not encoded.faults
