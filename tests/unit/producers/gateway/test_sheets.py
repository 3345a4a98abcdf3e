"""Sheets of Arrow batches: rows at fault aside, the others in order, in blocks that the topic takes."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.ids import is_pseudonym, pseudonym
from producers.gateway.batch.sheets import Sheet, fitting, sheets_of_batch
from producers.gateway.limits import BLOCK_BYTES
from producers.gateway.model import Model

refs = st.none() | st.sampled_from([pseudonym("4711", b"a key of this test"), "4711", "", "a\nb", "x" * 129])


@given(st.lists(refs, max_size=30), st.booleans())
def test_each_row_is_asked_for_or_at_fault(tiny_bundle, given_refs: list[str | None], strict: bool):
    batch = pa.RecordBatch.from_pydict({"client_ref": pa.array(given_refs, pa.string())})
    sheets = list(sheets_of_batch(Model(tiny_bundle, pseudonyms_only=strict), batch))
    assert sum(sheet.rows for sheet in sheets) == len(given_refs)
    for sheet in sheets:
        sound = [ref for number, ref in enumerate(sheet.client_refs) if number not in sheet.faults]
        assert sheet.block.column("client_ref").to_pylist() == sound
        assert all(sheet.client_refs[number] is None for number in sheet.faults)
        if strict:
            assert all(map(is_pseudonym, sound))


def test_an_upload_without_references_gets_a_pseudonym_for_each_row(tiny_bundle):
    rows = MAX_BLOCK_ROWS + 1
    batch = pa.RecordBatch.from_pydict({"income": pa.array([1.0] * rows)})
    sheets = list(sheets_of_batch(Model(tiny_bundle, pseudonyms_only=True), batch))
    assert [sheet.rows for sheet in sheets] == [MAX_BLOCK_ROWS, 1]
    made_up = [ref for sheet in sheets for ref in sheet.client_refs]
    assert all(map(is_pseudonym, made_up))
    assert len(set(made_up)) == rows


@pytest.mark.parametrize("sizes", [[BLOCK_BYTES // 3] * 7, [BLOCK_BYTES + 1, 10], [10, BLOCK_BYTES + 1, 10]])
def test_a_block_too_large_is_cut_and_a_row_too_large_is_at_fault(sizes: list[int]):
    texts = pa.array(["x" * size for size in sizes])
    refs = [str(number) for number in range(len(sizes))]
    whole = Sheet(len(sizes), refs, {}, pa.RecordBatch.from_arrays([pa.array(refs), texts], ["client_ref", "text"]))
    parts = list(fitting(whole))
    assert [ref for part in parts for ref in part.client_refs] == refs
    assert all(part.block.nbytes <= BLOCK_BYTES for part in parts)
    too_large = [part.client_refs[0] for part in parts if part.faults]
    assert too_large == [str(number) for number, size in enumerate(sizes) if size > BLOCK_BYTES]
    assert all(part.faults[0].code is ErrorCode.MESSAGE_TOO_LARGE for part in parts if part.faults)
