"""Sheets of Arrow batches: rows at fault aside, the others in order, in blocks that the topic takes."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.pseudonyms import is_pseudonym, pseudonymize
from producers.gateway.batch.chunks import RowChunk, chunks_from_record_batch, split_oversized
from producers.gateway.limits import BLOCK_SPLIT_BYTES
from producers.gateway.served_model import ServedModel

refs = st.none() | st.sampled_from([pseudonymize("4711", b"a key of this test"), "4711", "", "a\nb", "x" * 129])


@given(st.lists(refs, max_size=30), st.booleans())
def test_each_row_is_asked_for_or_at_fault(tiny_bundle, given_refs: list[str | None], strict: bool):
    batch = pa.RecordBatch.from_pydict({"client_ref": pa.array(given_refs, pa.string())})
    chunks = list(chunks_from_record_batch(ServedModel(tiny_bundle, require_pseudonyms=strict), batch))
    assert sum(chunk.rows for chunk in chunks) == len(given_refs)
    for chunk in chunks:
        sound = [ref for number, ref in enumerate(chunk.client_refs) if number not in chunk.errors]
        assert chunk.block.column("client_ref").to_pylist() == sound
        assert all(chunk.client_refs[number] is None for number in chunk.errors)
        if strict:
            assert all(map(is_pseudonym, sound))


def test_an_upload_without_references_gets_a_pseudonym_for_each_row(tiny_bundle):
    rows = MAX_BLOCK_ROWS + 1
    batch = pa.RecordBatch.from_pydict({"income": pa.array([1.0] * rows)})
    chunks = list(chunks_from_record_batch(ServedModel(tiny_bundle, require_pseudonyms=True), batch))
    assert [chunk.rows for chunk in chunks] == [MAX_BLOCK_ROWS, 1]
    made_up = [ref for chunk in chunks for ref in chunk.client_refs]
    assert all(map(is_pseudonym, made_up))
    assert len(set(made_up)) == rows


@pytest.mark.parametrize(
    "sizes", [[BLOCK_SPLIT_BYTES // 3] * 7, [BLOCK_SPLIT_BYTES + 1, 10], [10, BLOCK_SPLIT_BYTES + 1, 10]]
)
def test_a_block_too_large_is_cut_and_a_row_too_large_is_at_fault(sizes: list[int]):
    texts = pa.array(["x" * size for size in sizes])
    refs = [str(number) for number in range(len(sizes))]
    whole = RowChunk(len(sizes), refs, {}, pa.RecordBatch.from_arrays([pa.array(refs), texts], ["client_ref", "text"]))
    parts = list(split_oversized(whole))
    assert [ref for part in parts for ref in part.client_refs] == refs
    assert all(part.block.nbytes <= BLOCK_SPLIT_BYTES for part in parts)
    too_large = [part.client_refs[0] for part in parts if part.errors]
    assert too_large == [str(number) for number, size in enumerate(sizes) if size > BLOCK_SPLIT_BYTES]
    assert all(part.errors[0].code is ErrorCode.MESSAGE_TOO_LARGE for part in parts if part.errors)
