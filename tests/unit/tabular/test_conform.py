"""Tables as the features of a schema: what training, the database and uploads load."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import ErrorCode
from contract.column_encoding import encode_columns
from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, check_schema
from tabular.conform import Conformed, conform
from tabular.table import Table


def text(word: str) -> LocalizedText:
    return LocalizedText(en=word)


def number(name: str, low: float = 0, high: float = 10_000, **more: object) -> Feature:
    kind = {"type": FeatureType.NUMBER} | more
    return Feature(name=name, label=text(name), minimum=low, maximum=high, **kind)  # type: ignore[arg-type]


def choice(name: str, *levels: str, **more: object) -> Feature:
    words = [Level(level, text(level)) for level in levels]
    return Feature(name=name, type=FeatureType.CATEGORICAL, label=text(name), levels=words, **more)  # type: ignore[arg-type]


def read(*features: Feature, missing_words: tuple[str, ...] = (), **columns: object) -> Conformed:
    arrays = [column if isinstance(column, pa.Array) else pa.array(column) for column in columns.values()]
    table = Table(dict(zip(columns, arrays, strict=True)), len(arrays[0]), str)
    return conform(table, check_schema(FeatureSchema("test", features)), missing_words)


def codes(conformed: Conformed) -> dict[int, list[tuple[str, ErrorCode]]]:
    return {row: [(fault.name, fault.code) for fault in faults] for row, faults in conformed.faults.items()}


def test_columns_become_features_in_schema_order_and_what_is_left_over_is_named() -> None:
    found = read(
        number("amount"),
        choice("home", "owner", "2"),
        number("late", missing_allowed=True),
        home=["owner", "2.0"], name=["a", "b"], amount=["$1,000.00", "$2,000.00"],
    )  # fmt: skip
    assert found.batch.to_pydict() == {"amount": [1000.0, 2000.0], "home": ["owner", "2"]}
    assert (found.left_out, found.absent, found.faults) == (["name"], ["late"], {})


def test_a_fault_is_of_its_cell_and_the_rest_is_read() -> None:
    found = read(
        number("amount"), choice("home", "owner"), number("count", 0, 9, type=FeatureType.INTEGER),
        amount=["5", "many", "?", "20000", "7"],
        home=["owner", "x", "NA", "owner", "owner"],
        count=[1.0, 2.5, 3, None, 12],
    )  # fmt: skip
    assert found.batch.to_pydict() == {
        "amount": [5, None, None, None, 7],
        "home": ["owner", None, None, "owner", "owner"],
        "count": [1, None, 3, None, None],
    }
    assert codes(found) == {
        1: [("amount", ErrorCode.WRONG_TYPE), ("home", ErrorCode.UNKNOWN_LEVEL), ("count", ErrorCode.WRONG_TYPE)],
        2: [("amount", ErrorCode.MISSING_FEATURE), ("home", ErrorCode.MISSING_FEATURE)],
        3: [("amount", ErrorCode.OUT_OF_BOUNDS), ("count", ErrorCode.MISSING_FEATURE)],
        4: [("count", ErrorCode.OUT_OF_BOUNDS)],
    }
    assert not any("many" in fault.detail or "20000" in fault.detail for row in found.faults.values() for fault in row)


def test_what_the_schema_changes_is_counted() -> None:
    found = read(
        number("age", 18, 100, outside="clip", codes={"999": None, "-7": text("not met")}, missing_allowed=True),
        number("rate", 0, 1, outside="missing", missing_allowed=True),
        choice("job", "clerk", "other", other_level="other"),
        age=[17, 50, 999, -7, 120], rate=[0.5, 2, None, 1, 0], job=["clerk", "baker", "other", "smith", "clerk"],
    )  # fmt: skip
    assert found.batch.to_pydict() == {
        "age": [18, 50, None, -7, 100],
        "rate": [0.5, None, None, 1, 0],
        "job": ["clerk", "other", "other", "other", "clerk"],
    }
    assert found.notes == (
        "column 'age': 2 values outside 18 to 100 became the nearest bound",
        "column 'rate': 1 values outside 0 to 1 became missing",
        "column 'job': 2 unknown levels became 'other'",
    )
    assert not found.faults


@pytest.mark.parametrize(("high", "value"), [(10, 4.041), (10_000, 4041)])
def test_bounds_tell_a_thousands_mark_from_a_decimal_mark(high: float, value: float) -> None:
    found = read(number("x", 4, high) if high == 10 else number("x", 100, high), x=["4.041", "5.250"])
    assert found.batch.column("x")[0].as_py() == value


@pytest.mark.parametrize(
    ("levels", "cells", "read_as"),
    [
        (("false", "true"), ["Yes", "no", None], ["true", "false", None]),
        (("Nein", "Ja"), ["ja", "NEIN", "?"], ["Ja", "Nein", None]),
        (("No", "Yes"), pa.array([True, False, None]), ["Yes", "No", None]),
        (("0", "1"), pa.array([1.0, 0.0, None]), ["1", "0", None]),
        (("1", "2"), ["01", "2", "NA"], ["1", "2", None]),
        (("01", "02"), ["01", "02", "-"], ["01", "02", None]),
        (("a", "none"), ["none", "a", "N/A"], ["none", "a", None]),
        (("a", "b"), pa.array(["a", "b", None]).dictionary_encode(), ["a", "b", None]),
    ],
)  # fmt: skip
def test_levels_are_found_however_they_are_written(
    levels: tuple[str, ...], cells: object, read_as: list[str | None]
) -> None:
    found = read(choice("x", *levels, missing_allowed=True), x=cells)
    assert found.batch.column("x").to_pylist() == read_as
    assert not found.faults


def test_flags_are_read_from_words() -> None:
    found = read(number("flag", 0, 1), number("sum", 0, 9), flag=["oui", "non"], sum=["oui", "non"])
    assert found.batch.column("flag").to_pylist() == [1.0, 0.0]
    assert codes(found) == {row: [("sum", ErrorCode.WRONG_TYPE)] for row in (0, 1)}


def test_dates_are_no_numbers_and_amounts_of_two_currencies_are_none() -> None:
    found = read(number("x"), number("y"), x=["2024-01-01", "NA"], y=["$5", "€5"])
    assert codes(found) == {
        0: [("x", ErrorCode.WRONG_TYPE), ("y", ErrorCode.WRONG_TYPE)],
        1: [("x", ErrorCode.MISSING_FEATURE), ("y", ErrorCode.WRONG_TYPE)],
    }


cells = st.none() | st.sampled_from(["1", "2.5", "yes", "No", "owner", " 2", "?", "-7", "99", "1.234,5", "$5", "x"])


@given(st.lists(cells, min_size=1, max_size=12))
def test_what_is_conformed_encodes_as_it_is_and_without_other_faults(column: list[str | None]) -> None:
    features = (
        number("a", 0, 50, missing_allowed=True, codes={"-7": text("x"), "99": None}),
        number("b", 0, 1, outside="clip", missing_allowed=True),
        choice("c", "owner", "2", "no", "yes", missing_allowed=True, other_level="2"),
    )
    array = pa.array(column, pa.string())
    table = Table({"a": array, "b": array, "c": array}, len(array), str)
    found = conform(table, check_schema(FeatureSchema("test", features)))
    assert not encode_columns(FeatureSchema("test", features), found.batch).faults
