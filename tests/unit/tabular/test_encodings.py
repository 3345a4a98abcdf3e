"""How a text is encoded, whole and in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.encodings import StreamDecoder, find_encoding
from tabular.errors import TableError

texts = st.text("aZ19 ;\néèêàçùôîïüäößñÉÀØ", max_size=60).map(lambda text: f"id{text} 5 €\n")
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"]


def _in_parts(content, cuts):
    decoder, begin, parts = StreamDecoder(), 0, []
    for end in [*sorted(cuts), len(content)]:
        if content[begin:end]:
            parts.append(decoder.decode(content[begin:end]))
        begin = max(begin, end)
    return b"".join([*parts, decoder.decode(b"")])


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts, data=st.data())
def test_a_text_is_read_as_it_was_written_however_it_comes(encoding, text, data):
    content = text.encode(encoding)
    found = find_encoding(memoryview(content), "loans.csv")
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=4))
    assert content[found.mark :].decode(found.codec) == text
    assert _in_parts(content, cuts).decode() == text


@given(st.binary(max_size=40), st.lists(st.integers(0, 40), max_size=4))
def test_any_bytes_give_the_same_however_they_are_cut(content, cuts):
    assert _in_parts(content, cuts) == _in_parts(content, [])


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("ménage;1".encode(), None),
        ("ménage;1".encode("utf-8-sig"), None),
        ("ménage;1".encode("utf-16"), "read as UTF-16, since it is not UTF-8"),
        ("ménage;1".encode("utf-32"), "read as UTF-32, since it is not UTF-8"),
        ("ménage;€".encode("cp1252"), "read as cp1252, since it is not UTF-8"),
        (b"m\xe9nage;\x81", "read as latin-1, since it is not UTF-8"),
    ],
)
def test_the_encoding_is_said_if_it_is_not_utf8(content, note):
    assert find_encoding(memoryview(content), "loans.csv").note == note


def test_a_byte_that_contradicts_the_rest_is_a_fault_of_its_line():
    content = "né;1\nété;2\nà;3\n".encode() + b"\xe9;4\n"
    with pytest.raises(TableError, match=r"loans.csv, line 4: not UTF-8, as the file is elsewhere"):
        find_encoding(memoryview(content), "loans.csv")
    with pytest.raises(TableError, match=r"loans.csv, line 2: not UTF-16-LE"):
        find_encoding(memoryview("id\n1".encode("utf-16") + b"\0"), "loans.csv")
    assert _in_parts(content, []) == content
