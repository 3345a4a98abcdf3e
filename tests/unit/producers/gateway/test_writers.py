"""Answers to uploads: the same rows in every format, and no cell that a spreadsheet would run."""

import csv
import io
import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from contract.csv_escape import FORMULA_STARTS
from contract.headers import ARROW, CSV, JSON_LINES
from contract.result_fields import RESULT_SCHEMA
from producers.gateway.batch.writers import WRITERS

NAMES = ("income", "late")

ref = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(
    ["=1+1", "@SUM(A1)", "-2", "\t=1"]
)
points = st.floats(-1, 1, allow_nan=False)


@st.composite
def answers(draw) -> pa.Table:
    rows = []
    for number in range(draw(st.integers(0, 4))):
        row = {"request_id": f"id-{number}", "client_ref": draw(ref), "status": "scored", "probability": draw(points)}
        if draw(st.booleans()):
            row |= {
                "log_odds": [draw(points) for _ in NAMES],
                "probability_contribution": [draw(points) for _ in NAMES],
            }
        if draw(st.booleans()):
            fields = [{"name": draw(ref), "code": "invalid_message", "detail": "x"}]
            row |= {"status": "rejected", "error_code": "x", "error_detail": draw(ref), "error_fields": fields}
        rows.append(row)
    return pa.Table.from_pylist(rows, RESULT_SCHEMA)


def written(kind: str, table: pa.Table, *, explain: bool = True) -> bytes:
    writer = WRITERS[kind](NAMES, explain=explain)
    return writer.begin() + writer.write(table) + writer.end()


@given(answers(), st.booleans())
def test_no_text_in_a_table_is_a_formula(table: pa.Table, explain: bool):
    text = written(CSV, table, explain=explain).decode()
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    assert len(lines) == table.num_rows
    for line, row in zip(lines, table.to_pylist(), strict=True):
        cells = dict(zip(header, line, strict=True))
        for name in ("client_ref", "status", "error_code", "error_detail", "error_fields"):
            assert not cells[name].startswith(FORMULA_STARTS)
        assert cells["client_ref"].removeprefix("'") == row["client_ref"].removeprefix("'")
        assert float(cells["probability"]) == row["probability"]


@given(answers())
def test_a_line_tells_the_strongest_contribution_first(table: pa.Table):
    lines = [json.loads(line) for line in written(JSON_LINES, table).splitlines()]
    assert [line["request_id"] for line in lines] == table.column("request_id").to_pylist()
    for line in lines:
        if line["status"] == "scored":
            sizes = [abs(c["log_odds"]) for c in line["contributions"]]
            assert sizes == sorted(sizes, reverse=True)
        else:
            assert set(line) == {"status", "request_id", "client_ref", "error"}


@given(answers())
def test_columns_come_back_as_they_are(table: pa.Table):
    stream = written(ARROW, table)
    with pa.ipc.open_stream(stream) as reader:
        assert json.loads(reader.schema.metadata[b"features"]) == list(NAMES)
        assert reader.read_all().equals(table)
