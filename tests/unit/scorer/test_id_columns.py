import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.ids import UUID_PATTERN, new_request_id
from scorer.id_columns import validate_id_columns

unhurried = settings(deadline=None)

uuids = st.uuids().map(str) | st.uuids().map(lambda u: str(u).upper()) | st.builds(new_request_id)
broken_uuids = st.sampled_from(["", "-" * 36, "g" * 36, new_request_id() + "\n", new_request_id()[:-1] + "é"])
refs = st.text(min_size=1, max_size=8) | st.sampled_from(["é" * 128, "x" * 128, "x" * 129, "\x7f", "", "a\nb", "c\n"])
rows = st.lists(st.tuples(uuids | broken_uuids, refs), min_size=1, max_size=6)


def test_a_buffer_may_end_with_bytes_that_make_no_whole_offset() -> None:
    request_ids, client_refs = pa.array([new_request_id()] * 2), pa.array(["c1", "c2"])
    _, offsets, text = client_refs.buffers()
    longer = pa.py_buffer(offsets.to_pybytes() + b"\0")
    odd = pa.StringArray.from_buffers(2, longer, text)
    batch = pa.RecordBatch.from_arrays([request_ids, odd], ["request_id", "client_ref"])
    assert validate_id_columns(batch) == {}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@unhurried
@given(rows, st.integers(0, 5))
def test_a_block_may_identify_its_rows_as_single_requests_do(
    kind: pa.DataType, rows: list[tuple[str, str]], start: int
) -> None:
    rows = [(one, two) for one, two in rows if (one + two).isprintable() or "\n" in one + two or "\x7f" in two]
    start = min(start, max(len(rows) - 1, 0))
    if not rows:
        return
    columns = [pa.array(column, kind) for column in zip(*rows, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, ["request_id", "client_ref"]).slice(start)
    found = {row: [fault.name for fault in faults] for row, faults in validate_id_columns(batch).items()}
    expected = {}
    for i, (request_id, client_ref) in enumerate(rows[start:]):
        names = [] if re.fullmatch(UUID_PATTERN[1:-1], request_id) else ["request_id"]
        if not re.fullmatch(r"[^\x00-\x1f\x7f]{1,128}", client_ref):
            names.append("client_ref")
        if names:
            expected[i] = names
    assert found == expected
