"""Uploads of lines: however they come in pieces, whatever is in them."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.pseudonyms import pseudonymize
from producers.gateway.batch.text_readers import read_csv, read_json_lines, split_lines
from producers.gateway.limits import MAX_ROW_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel

FEATURES = {"income": 1_000.0, "late": 0, "constant": 1}

PSEUDONYM = pseudonymize("4711", b"a key of this test")

pieces = st.lists(st.binary(min_size=1, max_size=30), max_size=20)


def read_from(*parts: bytes):
    rest = iter([part for part in parts if part])
    return lambda: next(rest, b"")


@given(pieces)
def test_lines_do_not_depend_on_how_they_were_cut(parts: list[bytes]):
    whole = b"".join(parts)
    expected = [stripped for line in whole.split(b"\n") if (stripped := line.strip(b"\r"))]
    assert list(split_lines(read_from(*parts))) == list(split_lines(read_from(whole))) == expected


@given(st.integers(1, 5), st.integers(1, 40_000))
def test_a_line_without_end_is_one_line_and_its_neighbours_stay(pieces_of_it: int, size: int):
    endless = [b"x" * size] * pieces_of_it + [b"x" * (MAX_ROW_BYTES + 1)]
    assert list(split_lines(read_from(b"before\n", *endless, b"\nafter"))) == [b"before", None, b"after"]


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line and line.strip(b"\r")), max_size=30))
def test_every_line_has_its_place_and_what_is_no_row_its_fault(tiny_bundle, lines: list[bytes]):
    good = json.dumps({"features": FEATURES}).encode()
    text = b"\n".join(part for line in lines for part in (line, good))
    chunks = list(read_json_lines(ServedModel(tiny_bundle), read_from(text)))
    assert sum(chunk.rows for chunk in chunks) == 2 * len(lines)
    assert sum(chunk.block.num_rows for chunk in chunks) >= len(lines)
    for chunk in chunks:
        assert chunk.block.num_rows + len(chunk.errors) == chunk.rows == len(chunk.client_refs)


@pytest.mark.parametrize("cell", ["1e3", " 1000 ", "+1000.0", "1000."])
def test_numbers_may_be_written_as_programs_write_them(tiny_bundle, cell: str):
    text = f"income,late,constant\n{cell},0,1\n".encode()
    (chunk,) = read_csv(ServedModel(tiny_bundle), read_from(text))
    assert chunk.block.column("income").to_pylist() == [1_000.0]


@pytest.mark.parametrize("cell", ["1,000", "0x10", "1_000", "nan", "inf", "١٠", "one"])
def test_what_is_no_number_is_said_and_not_guessed(tiny_bundle, cell: str):
    text = f'income,late,constant\n"{cell}",0,1\n'.encode()
    (chunk,) = read_csv(ServedModel(tiny_bundle), read_from(text))
    assert chunk.errors[0].code is ErrorCode.INVALID_FEATURES
    assert cell not in chunk.errors[0].detail


def test_cells_are_read_in_the_style_that_the_first_rows_show(tiny_bundle):
    rows = ["1 234,50 €;?;0;1", "NA;7;0;1", "1,000;;0;1", *["1.000;3,5;0;1"] * MAX_BLOCK_ROWS, "2.5;1;0;1"]
    text = "\n".join(["income;debt;late;constant", *rows]).encode()
    chunks = list(read_csv(ServedModel(tiny_bundle), read_from(text)))
    assert chunks[0].block.column("income").to_pylist()[:3] == [1234.5, 1.0, 1000.0]
    assert chunks[0].block.column("debt").to_pylist()[:3] == [None, None, 3.5]
    assert [error.code for error in chunks[0].errors.values()] == [ErrorCode.INVALID_FEATURES]  # income is required
    assert chunks[1].block.column("income").to_pylist() == [1000.0] * 3
    assert list(chunks[1].errors) == [3]


DIALECTS = {
    "Excel, French": "client_ref;income;late;constant;\r\né;1000;0;1;\r\n",
    "Excel, with the delimiter": "sep=;\r\nclient_ref;income;late;constant\r\né;1000;0;1\r\n",
    "Macintosh": "client_ref\tincome\tlate\tconstant\ré\t1000\t0\t1\r",
    "bars, line breaks in names": 'client_ref|"income\n"|late|"constant\n"\né|1000|0|1|\n',
    "blank lines": "\n\nclient_ref,income,late,constant\n\né,1000,0,1",
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_table_in_any_dialect_and_encoding_is_the_same_upload_however_it_comes(tiny_bundle, text, encoding, size):
    content = text.encode(encoding)
    parts = [content[i : i + size] for i in range(0, len(content), size)]
    (chunk,) = read_csv(ServedModel(tiny_bundle), read_from(*parts))
    assert not chunk.errors
    assert chunk.block.select(["client_ref", *FEATURES]).to_pylist() == [{"client_ref": "é", **FEATURES}]


@settings(max_examples=25)  # an example reads an upload twice, each as whole columns
@given(st.text('1,;|\t"\n.05é?$ -', max_size=60), st.lists(st.integers(0, 80), max_size=3))
def test_any_lines_of_csv_are_as_many_rows_however_they_are_cut(tiny_bundle, rows: str, cuts: list[int]):
    content = f"income,late,constant\n{rows}".encode()
    ends = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    parts = [content[start:end] for start, end in itertools.pairwise(ends)]
    cut, whole = (list(read_csv(ServedModel(tiny_bundle), read_from(*each))) for each in (parts, [content]))
    assert sum(chunk.rows for chunk in cut) == sum(bool(line) for line in rows.split("\n"))
    for chunk, same in zip(cut, whole, strict=True):
        assert chunk.errors == same.errors
        assert chunk.block.drop_columns(["client_ref"]) == same.block.drop_columns(["client_ref"])
        assert chunk.block.num_rows + len(chunk.errors) == chunk.rows == len(chunk.client_refs)


def test_a_header_as_the_bank_writes_it_names_the_same_features(tiny_bundle):
    (chunk,) = read_csv(ServedModel(tiny_bundle), read_from("income (€),late,constant\n1000,0,1\n".encode()))
    assert chunk.block.column("income").to_pylist() == [1000]


def test_a_byte_that_contradicts_the_rest_is_a_fault_of_its_line_alone(tiny_bundle):
    content = "client_ref,income,late,constant\né,1000,0,1\n".encode() + b"\xe9,1000,0,1\nb,1000,0,1\n"
    (chunk,) = read_csv(ServedModel(tiny_bundle), read_from(content))
    assert {row: error.code for row, error in chunk.errors.items()} == {1: ErrorCode.MALFORMED_MESSAGE}
    assert chunk.block.column("client_ref").to_pylist() == ["é", "b"]


@pytest.mark.parametrize(
    "header",
    [b"income,income", b"income,unheard_of", b'income,"late', b"\xff\xfe", b",income", b"1,2"],
    ids=lambda _: "header",
)
def test_a_header_at_fault_ends_the_upload_before_it_begins(tiny_bundle, header: bytes):
    with pytest.raises(ProblemError) as refused:
        list(read_csv(ServedModel(tiny_bundle), read_from(header + b"\n1,2\n")))
    assert 400 <= refused.value.status < 500


@pytest.mark.parametrize("reader", [read_json_lines, read_csv])
@pytest.mark.parametrize("strict", [False, True])
def test_where_only_pseudonyms_may_pass_a_customer_number_is_not_even_repeated(tiny_bundle, reader, strict: bool):
    refs = [PSEUDONYM, "4711", "DE02120300000000202051"]
    if reader is read_json_lines:
        text = "\n".join(json.dumps({"client_ref": ref, "features": FEATURES}) for ref in refs)
    else:
        text = "\n".join(["client_ref,income,late,constant", *(f"{ref},1000,0,1" for ref in refs)])
    (chunk,) = reader(ServedModel(tiny_bundle, require_pseudonyms=strict), read_from(text.encode()))
    if strict:
        assert chunk.client_refs == [PSEUDONYM, None, None]
        assert {number: fault.code for number, fault in chunk.errors.items()} == dict.fromkeys(
            (1, 2), ErrorCode.NOT_A_PSEUDONYM
        )
        assert chunk.block.column("client_ref").to_pylist() == [PSEUDONYM]
    else:
        assert not chunk.errors
        assert chunk.client_refs == refs
