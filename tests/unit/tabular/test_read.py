"""Files of all kinds, as spreadsheets, libraries and people write them, sound and broken."""

import gzip

import pytest

from tabular.errors import TableError
from tabular.read import read_table


@pytest.fixture
def read(tmp_path):
    """Returns a function: content and name of a file → its table."""

    def read_content(content, name="loans.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return read_content


def _texts(table):
    return {name: column.to_pylist() for name, column in table.columns.items()}


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        pytest.param("montant;taux\r\n1 234,50;3,14\r\n", {"montant": ["1 234,50"], "taux": ["3,14"]}, id="Excel"),
        pytest.param("sep=;\r\na,b;c\r\n1;2\r\n", {"a,b": ["1"], "c": ["2"]}, id="Excel, sep="),
        pytest.param("a\tb\r1\t2\r", {"a": ["1"], "b": ["2"]}, id="Excel for Macintosh"),
        pytest.param("a|b\n 1 |2\n", {"a": [" 1 "], "b": ["2"]}, id="bars"),
        pytest.param("a,b,\n1,2,\n", {"a": ["1"], "b": ["2"]}, id="commas at the ends"),
        pytest.param("a,b\n1,2,\n3,4,\n", {"a": ["1", "3"], "b": ["2", "4"]}, id="commas at the ends of rows"),
        pytest.param("a,b,\n1,2\n3,4\n", {"a": ["1", "3"], "b": ["2", "4"]}, id="comma at the end of the header"),
        pytest.param("\n,,\na,b\n\n1,2\n  \n3,4", {"a": ["1", "3"], "b": ["2", "4"]}, id="blank lines"),
        pytest.param("number\n4711\n\n4712\n", {"number": ["4711", "4712"]}, id="one column"),
        pytest.param("amount\n1,5\n2,5\n", {"amount": ["1,5", "2,5"]}, id="one column with decimal commas"),
        pytest.param("Income, net;Rate\n1,5;2,5\n", {"Income, net": ["1,5"], "Rate": ["2,5"]}, id="commas in all"),
        pytest.param(',0,1\n0,5,6\n', {"column_1": ["0"], "0": ["5"], "1": ["6"]}, id="pandas without names"),
        pytest.param('"a\nb",c\n"x\ny",1\n', {"a b": ["x\ny"], "c": ["1"]}, id="line breaks in cells"),
        pytest.param('a,b\n"say ""no""",5" pipe\n', {"a": ['say "no"'], "b": ['5" pipe']}, id="quotation marks"),
    ],
)  # fmt: skip
def test_a_dialect(read, content, columns):
    assert _texts(read(content)) == columns


def test_rows_without_a_value_are_left_out_and_each_row_keeps_its_line(read):
    table = read('a;b\n\n"1\n";2\n;\n3;4\n')
    assert table.notes == ("rows without any value are left out: 1",)
    assert [table.locate_row(row) for row in range(table.rows)] == ["loans.csv, line 3", "loans.csv, line 6"]


def test_a_table_of_thousands_of_columns(read):
    names = [f"a column with a long name, number {i}" for i in range(4_000)]
    table = read(";".join(names) + "\n" + ";".join("1" * len(names)) + "\n")
    assert list(table.columns) == names


def test_a_packed_text_and_every_name_of_a_text(read):
    for name in ("loans.csv.gz", "LOANS.TXT.GZ", "loans.txt", "loans.tsv"):
        content = gzip.compress(b"a\tb\n1\t2\n") if name.lower().endswith("gz") else b"a\tb\n1\t2\n"
        assert _texts(read(content, name)) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the file is empty"),
        ("\n\n", "no line holds the names of the columns"),
        ("a,b\n", "the file has no rows"),
        ("a,b\n1,2\n3\n", "loans.csv, line 3: expected 2 fields, as in the header, found 1"),
        ('a,b\n"1\n",0\n\n2,0,1\n', "loans.csv, line 5: expected 2 fields, as in the header, found 3"),
        ('a,b\n1,0\n2,"1\n3,0\n', "loans.csv, after line 2: a quotation mark is not closed"),
        ('a,"b\n1,0\n', "a quotation mark in the line of the column names is not closed"),
        ('a,b\n1,"' + "2\n" * 200_000, "after line 1: a quotation mark is not closed"),
        ("Loans of 2024\n\na;b;c\n1;2;3\n", "the first line holds one name, the others several columns"),
        ("12,5.5,7\n1,2,3\n", "the first line holds numbers"),
        (",".join(["a"] * 10_001) + "\n1\n", "loans.csv: 10,001 columns: a table may have at most 10,000"),
        (f"a,{'b' * 1_001}\n1,2\n", "loans.csv: the name of column 2 has 1,001 characters, of at most 1,000"),
        (b"a,b\n\0\1,2\n", "not a text"),
        (b"PK\x03\x04loans.csv", "this is a zip archive: unpack it"),
        (b"%PDF-1.7", "this is a PDF"),
        ("<!DOCTYPE html><table>", "this is an HTML page"),
        ("\ufeff<html><table>", "this is an HTML page"),
        ('[{"a": 1}]', "this is a JSON file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls workbook"),
        (gzip.compress(b"a,b\n1,2\n"), "a file packed by gzip, and not a CSV text: give it the right ending"),
    ],
)
def test_a_text_at_fault_gets_one_sentence(read, content, sentence):
    with pytest.raises(TableError) as caught:
        read(content)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("loans.xls", "<table>", "this is an HTML page"),
        ("loans.dat", "a b\n1 2\n", "expected a file named .csv, .tsv"),
        ("loans.xlsx", "a,b\n1,2\n", "not an .xlsx workbook, as its name says"),
        ("loans.parquet", "PAR1", "not a Parquet file that can be read"),
        ("loans.csv.gz", gzip.compress(b"a,b\n1,2\n")[:-9], "the packed file is damaged or incomplete"),
        ("loans.csv.gz", "a,b\n1,2\n", "not a file packed by gzip, as its name says"),
        ("loans.csv.gz", gzip.compress(b"%PDF-1.7"), "this is a PDF"),
    ],
)
def test_a_name_that_does_not_fit(read, name, content, sentence):
    with pytest.raises(TableError, match=sentence):
        read(content, name)


def test_a_sheet_of_a_file_without_sheets(read):
    with pytest.raises(TableError, match=r"only an .xlsx workbook has sheets"):
        read("a,b\n1,2\n", sheet="Loans")


def test_a_folder_and_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(TableError, match="there is no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(TableError, match="is a directory"):
        read_table(tmp_path)
