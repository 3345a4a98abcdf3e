"""What training reads, serving reads: each way to write a value, at each door, gives one number, level or sentence."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.blocks import BlockInfo, decode_block, encode_block
from contract.codes import ErrorCode
from contract.column_encoding import encode_columns, raw_column
from contract.encoding import RowEncoder
from contract.messages import FieldError
from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, check_schema


def text(word: str) -> LocalizedText:
    return LocalizedText(en=word)


def choice(name: str, *levels: str, **more: Any) -> Feature:
    words = [Level(level, text(level)) for level in levels]
    return Feature(name=name, type=FeatureType.CATEGORICAL, label=text(name), levels=words, **more)


def number(name: str, low: float, high: float, **more: Any) -> Feature:
    return Feature(
        name=name, type=more.pop("type", FeatureType.NUMBER), label=text(name), minimum=low, maximum=high, **more
    )


SCHEMA = check_schema(
    FeatureSchema(
        "doors",
        (
            number("amount", -1000, 1000, missing_allowed=True),
            number("needed", -1000, 1000),
            number("count", 0, 100, type=FeatureType.INTEGER),
            number("flag", 0, 1, type=FeatureType.INTEGER),
            number("clipped", 0, 100, outside="clip"),
            number("dropped", 0, 100, outside="missing", missing_allowed=True),
            number("coded", 0, 100, codes={"-7": text("not met"), "98": None}, missing_allowed=True),
            choice("home", "owner", "2", missing_allowed=True),
            choice("grade", "1.5", "2"),
            choice("married", "No", "Yes"),
            choice("job", "clerk", "other", other_level="other"),
        ),
    )
)

Outcome = float | FieldError


def as_json(feature: Feature, value: Any) -> Outcome:
    """The worker's interactive lane, and `POST /predict`."""
    return as_value(feature, json.loads(json.dumps(value, default=str)))


def as_value(feature: Feature, value: Any) -> Outcome:
    """Python values: the client, and the upload of JSON Lines and CSV."""
    schema = FeatureSchema("one", (feature,))
    row, faults = RowEncoder(schema).encode({feature.name: value})
    return faults[0] if faults else float(row[0])


def as_raw(feature: Feature, value: Any) -> Outcome:
    """A value that the gateway has accepted and writes into a block."""
    outcome = as_value(feature, value)
    return outcome if isinstance(outcome, FieldError) else as_column(feature, raw_column(feature, [value]))


def as_column(feature: Feature, column: pa.Array) -> Outcome:
    """Training on a frame or a file."""
    schema = FeatureSchema("one", (feature,))
    encoded = encode_columns(schema, pa.RecordBatch.from_arrays([column], names=[feature.name]))
    assert encoded.rows.shape == (len(column), 1)
    return encoded.faults[0][0] if encoded.faults else float(encoded.rows[0, 0])


def as_block(feature: Feature, column: pa.Array) -> Outcome:
    """The worker's batch lane, and `/batches`."""
    names = ["request_id", "client_ref", feature.name]
    identity = pa.array(["x"] * len(column), pa.string_view())
    batch = pa.RecordBatch.from_arrays([identity, identity, column], names=names)
    info = BlockInfo("batch", "block", False, datetime.now(UTC) + timedelta(minutes=1))
    _, received = decode_block(encode_block(info, batch))
    return as_column(feature, received.column(feature.name))


def in_dictionaries(columns: list[pa.Array]) -> list[pa.Array]:
    return columns + [pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), column) for column in columns]


NUMBERS = (*(getattr(pa, f"{sign}int{bits}")() for sign in ("", "u") for bits in (8, 16, 32, 64)),)
FLOATS = (pa.float16(), pa.float32(), pa.float64())
TEXTS = (pa.string(), pa.large_string(), pa.string_view())


def columns_of(value: Any) -> list[pa.Array]:
    """Every Arrow type that can hold a value."""
    if value is None:
        types = [pa.null(), pa.bool_(), pa.date32(), *NUMBERS, *FLOATS, *TEXTS, pa.decimal128(9, 2)]
        return in_dictionaries([pa.nulls(1, kind) for kind in types])
    if isinstance(value, bool):
        return in_dictionaries([pa.array([value])])
    if isinstance(value, str):
        return in_dictionaries([pa.array([value], kind) for kind in TEXTS])
    if isinstance(value, int):
        kinds = [kind for kind in NUMBERS if value >= 0 or "u" not in str(kind)]
        return [*in_dictionaries([pa.array([value], kind) for kind in kinds]), *columns_of(float(value))]
    if isinstance(value, float):
        floats = [pa.array([value], kind, from_pandas=False) for kind in FLOATS]
        decimals = [pa.array([Decimal(str(value))], pa.decimal128(12, 3))] if math.isfinite(value) else []
        return in_dictionaries(floats + decimals)
    return [pa.array([value])]


AMOUNT, NEEDED, COUNT, FLAG, CLIPPED, DROPPED, CODED, HOME, GRADE, MARRIED, JOB = SCHEMA.features
NAN = math.nan
WRONG, MISSING, BOUNDS, UNKNOWN = (
    ErrorCode.WRONG_TYPE, ErrorCode.MISSING_FEATURE, ErrorCode.OUT_OF_BOUNDS, ErrorCode.UNKNOWN_LEVEL
)  # fmt: skip

MATRIX: list[tuple[Feature, Any, float | ErrorCode]] = [
    (AMOUNT, 12, 12.0), (AMOUNT, 12.5, 12.5), (AMOUNT, "12.5", 12.5), (AMOUNT, " 12.5 ", 12.5), (AMOUNT, "-.5", -0.5),
    (AMOUNT, "1e2", 100.0), (AMOUNT, None, NAN), (AMOUNT, NAN, NAN), (AMOUNT, "", NAN), (AMOUNT, " ", NAN),
    (AMOUNT, True, WRONG), (AMOUNT, "1,5", WRONG), (AMOUNT, "yes", WRONG), (AMOUNT, "1_0", WRONG),
    (AMOUNT, "nan", WRONG),
    (AMOUNT, math.inf, ErrorCode.NOT_FINITE), (AMOUNT, "1e999", ErrorCode.NOT_FINITE), (AMOUNT, 1001.0, BOUNDS),
    (NEEDED, None, MISSING), (NEEDED, NAN, MISSING), (NEEDED, "", MISSING), (NEEDED, -3, -3.0), (NEEDED, "x", WRONG),
    (COUNT, 7, 7.0), (COUNT, 7.0, 7.0), (COUNT, "7.0", 7.0), (COUNT, 7.5, WRONG), (COUNT, -1, BOUNDS),
    (FLAG, True, 1.0), (FLAG, False, 0.0), (FLAG, 1, 1.0), (FLAG, "0", 0.0), (FLAG, "true", 1.0), (FLAG, "No", 0.0),
    (CLIPPED, 101, 100.0), (CLIPPED, -4, 0.0), (CLIPPED, "7e3", 100.0), (CLIPPED, NAN, MISSING), (CLIPPED, 50, 50.0),
    (DROPPED, 101, NAN), (DROPPED, 99, 99.0), (DROPPED, math.inf, ErrorCode.NOT_FINITE),
    (CODED, -7, -7.0), (CODED, "-7", -7.0), (CODED, 98, NAN), (CODED, 98.0, NAN), (CODED, 99, 99.0),
    (CODED, -8, BOUNDS),
    (HOME, "owner", 0.0), (HOME, " owner", 0.0), (HOME, 2, 1.0), (HOME, 2.0, 1.0), (HOME, "2", 1.0), (HOME, "2.0", 1.0),
    (HOME, "02", UNKNOWN), (HOME, "Owner", UNKNOWN), (HOME, 2.5, UNKNOWN), (HOME, None, NAN), (HOME, NAN, NAN),
    (HOME, "", NAN), (HOME, True, WRONG), (GRADE, 1.5, 0.0), (GRADE, "1.5", 0.0), (GRADE, None, MISSING),
    (MARRIED, True, 1.0), (MARRIED, False, 0.0), (MARRIED, "Yes", 1.0), (MARRIED, "yes", 1.0), (MARRIED, "TRUE", 1.0),
    (MARRIED, "perhaps", UNKNOWN), (JOB, "clerk", 0.0), (JOB, "baker", 1.0), (JOB, 5, 1.0), (JOB, None, MISSING),
]  # fmt: skip


def test_each_way_to_write_a_value_at_each_door() -> None:
    for feature, value, expected in MATRIX:
        outcomes = {"value": as_value(feature, value), "raw": as_raw(feature, value)}
        if not isinstance(value, float) or math.isfinite(value):  # JSON has neither NaN nor infinities
            outcomes["json"] = as_json(feature, value)
        for column in columns_of(value):
            outcomes[f"column of {column.type}"] = as_column(feature, column)
            outcomes[f"block of {column.type}"] = as_block(feature, column)
        for door, outcome in outcomes.items():
            found = outcome.code if isinstance(outcome, FieldError) else outcome
            assert same(found, expected), (feature.name, value, door, found)
        assert len({outcome.detail for outcome in outcomes.values() if isinstance(outcome, FieldError)}) <= 1


def same(found: float | ErrorCode, expected: float | ErrorCode) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(found, float) and math.isnan(found)
    return found == expected


@pytest.mark.parametrize("value", [date(2024, 1, 31), datetime(2024, 1, 31, 12, tzinfo=UTC), b"12", [12.0], {"a": 1}])
@pytest.mark.parametrize("feature", [AMOUNT, FLAG, HOME, JOB], ids=lambda feature: feature.name)
def test_what_is_neither_number_text_nor_boolean_is_refused_by_each_door(feature: Feature, value: Any) -> None:
    doors: list[Callable[[], Outcome]] = [
        lambda: as_value(feature, value),
        lambda: as_column(feature, pa.array([value])),
        lambda: as_block(feature, pa.array([value])),
    ]
    for read in doors:
        outcome = read()
        assert isinstance(outcome, FieldError)
        assert outcome.code is WRONG


values = st.none() | st.booleans() | st.integers(-120, 120) | st.floats(-120, 120) | st.text("012.-e yesno", max_size=4)


@given(st.sampled_from(SCHEMA.features), values)
def test_a_value_is_one_thing_as_a_value_and_in_a_column_of_any_type(feature: Feature, value: Any) -> None:
    expected = as_raw(feature, value)
    kinds = TEXTS if isinstance(value, str) else [None]
    for kind in kinds:
        found = as_column(feature, pa.array([value], kind, from_pandas=False))
        if isinstance(expected, FieldError) or isinstance(found, FieldError):
            assert found == expected
        else:
            assert same(found, expected)


def test_numpy_values_are_as_pythons() -> None:
    assert as_value(AMOUNT, np.float32(2.5)) == 2.5
    assert as_value(COUNT, np.int8(3)) == 3.0
    assert as_value(FLAG, np.bool_(True)) == 1.0
    assert as_value(HOME, np.int64(2)) == 1.0
