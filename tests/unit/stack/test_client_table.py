"""A table as clients: what is taken, what is left out, and what is wrong with a row, without I/O."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.pseudonyms import pseudonymize
from db.client_rows import AttributeWriter
from stack.client_table import LEFT_OUT, ClientTable, read_clients
from stack.errors import ClientTableError
from tabular.table import Table
from tests.support.tiny_model import SCHEMA

KEY = b"a key of this test only"


def pseudonym(number: str) -> str:
    return pseudonymize(number, KEY)


def table(**columns: Sequence[Any]) -> Table:
    arrays = {name: values if isinstance(values, pa.Array) else pa.array(values) for name, values in columns.items()}
    return Table(arrays, len(next(iter(arrays.values()))), lambda row: f"line {row + 2}")


def people(numbers: Sequence[Any], **changes: Sequence[Any]) -> Table:
    rows = len(numbers)
    usual = {"no": numbers, "income": ["1000"] * rows, "late": ["0"] * rows, "constant": ["0"] * rows}
    return table(**{**usual, **changes})


def read(given: Table, column: str = "no") -> ClientTable:
    return read_clients(given, SCHEMA, column, pseudonym)


def test_rows_become_clients_and_need_no_outcome() -> None:
    found = read(people(["0017", " 18 "], home=["owner", None], sex=["f", None], remark=["x", "y"]))
    assert found.faults == []
    stored = AttributeWriter(SCHEMA)
    assert {ref: stored.write(values) for ref, values in found.clients()} == {
        pseudonym("0017"): {"income": 1000, "late": 0, "home": "owner", "constant": 0, "sex": "f"},
        pseudonym("18"): {"income": 1000, "late": 0, "home": None, "constant": 0, "sex": None},
    }
    assert [report.column for report in found.columns if report.understood_as == LEFT_OUT] == ["remark"]
    assert {report.column: report.missing for report in found.columns if report.missing} == {"home": 1, "sex": 1}
    assert list(found.absent) == ["debt", "score"]


def test_each_invalid_row_has_its_reason_and_the_others_are_clients() -> None:
    found = read(
        people(
            ["1", "2", "", None, "1", "6"],
            income=["1", "hunter2", "1", "1", "1", "-5"],
            home=["owner", "owner", "owner", "owner", "owner", "castle"],
        )
    )
    wrong = {(fault.row, fault.column) for fault in found.faults}
    assert wrong >= {(1, "income"), (2, "no"), (3, "no"), (4, "no"), (5, "income"), (5, "home")}
    assert {row for row, _ in wrong} == {1, 2, 3, 4, 5}
    assert found.rejected == 5
    assert [ref for ref, _ in found.clients()] == [pseudonym("1")]
    reasons = " ".join(fault.reason for fault in found.faults)
    assert "the same client as in line 2" in reasons
    assert "hunter2" not in reasons
    assert "castle" not in reasons


@pytest.mark.parametrize(
    "column",
    [
        pa.array([17, 18]),
        pa.array([17.0, 18.0]),
        pa.array(["17", "18"], pa.large_string()),
        pa.array(["17", "18"], pa.string_view()),
        pa.array(["17", "18"]).dictionary_encode(),
        pa.array([17, 18], pa.decimal128(10, 0)),
    ],
    ids=lambda column: str(column.type),
)
def test_a_customer_number_is_the_same_in_every_type(column: pa.Array) -> None:
    assert list(read(people(["x", "y"], no=column)).refs) == [pseudonym("17"), pseudonym("18")]


@pytest.mark.parametrize("column", [pa.array([1.5, 2.0]), pa.array([True, False])], ids=["fractions", "booleans"])
def test_a_column_that_cannot_hold_customer_numbers_is_named(column: pa.Array) -> None:
    with pytest.raises(ClientTableError, match="'no'"):
        read(people(["x", "y"], no=column))


def test_references_are_taken_as_they_are_and_nothing_else_is_a_reference() -> None:
    ref = pseudonym("17")
    given = people(["x", "y"])
    given.columns["client_ref"] = pa.array([ref, "17"])
    found = read(given, "client_ref")
    assert [ref for ref, _ in found.clients()] == [ref]
    assert [(fault.row, fault.column) for fault in found.faults] == [(1, "client_ref")]
    assert [report.column for report in found.columns if report.understood_as == LEFT_OUT] == ["no"]


def test_a_feature_that_the_model_needs_and_no_column_has_stops_everything() -> None:
    with pytest.raises(ClientTableError, match="income, constant"):
        read(table(no=["1"], late=["0"]))


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N"))), min_size=1, max_size=20))
def test_no_row_is_lost(numbers: list[str]) -> None:
    found = read(people(pa.array(numbers, pa.string())))
    assert len(dict(found.clients())) + found.rejected == len(numbers)
    assert len(dict(found.clients())) == len({number.strip() for number in numbers} - {""})
