"""How long sealed texts are, and how they are read whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.seal.envelope import (
    MAX_PADDED_BYTES,
    MIN_ANSWER_BYTES,
    MIN_REQUEST_BYTES,
    pack_answer,
    pack_request,
    padded_length,
    unpack_answer,
    unpack_request,
)
from contract.seal.errors import InvalidSealError
from contract.topics import MAX_MESSAGE_BYTES

LENGTHS = st.integers(0, MAX_MESSAGE_BYTES)


@given(LENGTHS)
def test_a_text_is_padded_to_one_of_few_lengths_and_less_than_doubled(length: int) -> None:
    padded = padded_length(length, MIN_REQUEST_BYTES)
    assert length <= padded
    if length <= MAX_PADDED_BYTES:
        assert padded == MAX_PADDED_BYTES or padded & (padded - 1) == 0
        assert padded < 2 * max(length, MIN_REQUEST_BYTES)
    else:
        assert padded == length


def test_everything_up_to_the_largest_payload_has_one_of_fourteen_lengths() -> None:
    lengths = {padded_length(length, MIN_REQUEST_BYTES) for length in range(1, MAX_PADDED_BYTES, 511)}
    assert len(lengths) == 14


@pytest.mark.parametrize("length", [0, 1, MIN_ANSWER_BYTES - 4, MIN_ANSWER_BYTES - 3, 70_000])
def test_an_answer_is_as_long_as_one_of_the_length_asked_for(length: int) -> None:
    assert len(pack_answer(b"small", length)) == len(pack_answer(bytes(length), 0))
    assert unpack_answer(pack_answer(b"small", length)) == b"small"


@given(st.binary(max_size=100) | st.binary(max_size=60).map(lambda tail: bytes(11) + b"\x02[]" + tail))
def test_any_text_is_read_or_refused_with_the_one_error(text: bytes) -> None:
    for unpack in (unpack_request, unpack_answer):
        try:
            unpack(text)
        except InvalidSealError:
            continue


def test_a_header_that_is_no_text_does_not_keep_a_request_from_being_read() -> None:
    assert unpack_request(pack_request(1, [("name", b"\xff")], b"value"))[2] == b"value"
