"""Customer numbers as they come: a text in any encoding, one number a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.clients import customer_numbers
from stack.errors import ClientTableError
from tests.support.workbooks import workbook

NUMBERS = st.lists(st.text("0159AZ-é€", min_size=1, max_size=8), min_size=1, max_size=5)


@given(
    NUMBERS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.booleans(),
)
def test_numbers_are_read_in_any_encoding(numbers, encoding, line_end, ends) -> None:
    numbers = ["K100", *numbers]
    text = line_end.join(f" {number} " for number in numbers) + line_end * ends
    assert list(customer_numbers(text.encode(encoding).splitlines(keepends=True))) == numbers


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("é1\n".encode() + b"\xe92\n", "line 2: not UTF-8"),
        (workbook({"Clients": [["no"], [1]]}), "expected a text with one number a line"),
        (b"4711\n4712\tDupont\n", "line 2: expected a text with one number a line"),
    ],
)
def test_what_is_no_list_of_numbers_is_one_sentence_without_a_value(content: bytes, sentence: str) -> None:
    with pytest.raises(ClientTableError, match=sentence) as caught:
        list(customer_numbers(content.splitlines(keepends=True)))
    assert "\n" not in str(caught.value)
    assert "4712" not in str(caught.value)
    assert "Dupont" not in str(caught.value)
