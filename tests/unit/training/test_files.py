"""Files of all kinds, sound and broken."""

import gzip

import numpy as np
import pandas as pd
import pytest

from contract.schema import dump_schema
from tests.support.workbooks import workbook
from training.errors import DataError, UnclearError
from training.files import load_file as load_source
from training.files import load_holdout
from training.given import Given

_GOOD = "amount,term,owed\n100,short,1\n200,long,0\n100,,0\n"


def load_file(path, target, schema_path=None, **given):
    return load_source(str(path), Given(target=target, **given), schema_path)


def _write(tmp_path, content, name="loans.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", _GOOD.encode()),
        ("packed.csv.gz", gzip.compress(_GOOD.encode(), mtime=0)),
        ("semicolons.csv", _GOOD.replace(",", ";").encode()),
        ("tabs.csv", _GOOD.replace(",", "\t").encode()),
        ("windows.csv", b"\xef\xbb\xbf" + _GOOD.replace("\n", "\r\n").encode()),
        ("blank_lines.csv", _GOOD.replace("\n", "\n\n").encode()),
    ],
)
def test_the_same_table_in_any_dress(tmp_path, name, content):
    dataset = load_file(_write(tmp_path, content, name), "owed")
    assert dataset.frame["amount"].tolist() == [100, 200, 100]
    assert dataset.frame["term"].iloc[:2].tolist() == ["short", "long"]
    assert dataset.frame["term"].isna().tolist() == [False, False, True]
    assert dataset.target.tolist() == [1, 0, 0]
    assert dataset.schema_inferred


def test_parquet_keeps_its_types(tmp_path):
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "amount": [1.5, np.nan, 2.5],
            "kind": pd.Categorical(["x", "y", "x"]),
            "flag": [True, False, True],
            "bad": [True, False, False],
        }
    )
    frame.to_parquet(tmp_path / "loans.parquet")
    dataset = load_file(tmp_path / "loans.parquet", "bad")
    assert dataset.customer_numbers == ["a", "b", "c"]
    assert [f.name for f in dataset.schema] == ["amount", "kind", "flag"]
    assert dataset.frame["flag"].tolist() == ["true", "false", "true"]
    assert dataset.target.tolist() == [1, 0, 0]


def test_any_column_name_is_welcome(tmp_path):
    dataset = load_file(_write(tmp_path, "Revenu annuel (€),état,y\n1,a,1\n2,b,0\n2,a,0\n"), "y")
    assert [f.name for f in dataset.schema] == ["Revenu_annuel", "etat"]
    assert dataset.schema["Revenu_annuel"].label["fr"] == "Revenu annuel (€)"


@pytest.mark.parametrize(
    ("header", "features"),
    [
        ("Taux (%),Taux", ["Taux_pct", "Taux"]),
        ("a b,a_b", ["a_b_806c5c", "a_b"]),
        ("rate,rate", ["rate", "rate_2"]),
        ("amount,", ["amount", "column_2"]),
    ],
)
def test_names_that_are_alike_or_absent_are_features_of_their_own(tmp_path, header, features):
    dataset = load_file(_write(tmp_path, f"{header},owed\n1,7,1\n2,8,0\n2,8,0\n"), "owed")
    assert [f.name for f in dataset.schema] == features
    assert [dataset.frame[name].tolist() for name in features] == [[1, 2, 2], [7, 8, 8]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the file is empty"),
        ("amount,owed\n", "the file has no rows"),
        ("amount\n1\n", "there is no column 'owed'; the columns are amount"),
        (b"\x89PNG\r\n\x1a\n\0\0,", "this is an image"),
        ("amount,paid\n1,0\n", "there is no column 'owed'; the columns are amount, paid"),
        ("amount,owed\n1,0\n2\n", "loans.csv, line 3: expected 2 fields, as in the header, found 1"),
        ('amount,owed\n"1\n",0\n\n2,0,1\n', "loans.csv, line 5: expected 2 fields, as in the header, found 3"),
        ('amount,owed\n1,0\n2,"1\n3,0\n', "loans.csv, after line 2: a quotation mark is not closed"),
        ("amount,owed\n1,0\n1,\n", "loans.csv, line 3, column 'owed': expected an outcome, found nothing"),
        ("amount,owed\n1,0\n2,0\n", "column 'owed' has the same value in every row"),
        ("amount,owed\n1,0\n2,1\n3,2\n", "column 'owed' has 3 different values: a target has two"),
        ("amount,owed\n1,A\n2,B\n", "'A' and 'B': say which one is a default with --positive-label"),
        ("amount,owed\n1,1\n2,2\n", "'1' and '2': say which one is a default with --positive-label"),
        ("id,owed\na,1\nb,0\n", "no column can serve as a feature"),
        ("RENT,5.5,0\n" + "OWN,7.1,1\nRENT,5.5,0\n" * 6, "write the names of the columns above it"),
    ],
)
def test_a_bad_file_gets_one_clear_sentence(tmp_path, content, sentence):
    with pytest.raises(DataError) as caught:
        load_file(_write(tmp_path, content), "owed")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        load_file(tmp_path / "none.csv", "owed")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_infinity_is_no_amount(tmp_path, ending):
    frame = pd.DataFrame({"amount": [1.0, np.inf, 2.0], "owed": [1, 0, 0]})
    path = tmp_path / f"loans.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    dataset = load_file(path, "owed")
    assert np.isnan(dataset.frame["amount"]).tolist() == [False, True, False]
    assert any("2 of 3 are numbers but for 'inf', read as missing" in note for note in dataset.notes)
    schema = dataset.schema
    (tmp_path / "s.json").write_bytes(dump_schema(schema))
    again = load_file(path, "owed", tmp_path / "s.json")
    assert again.frame.equals(dataset.frame)
    assert "column 'amount': 1 infinite numbers became missing" in again.notes


def test_a_target_named_for_the_good_outcome_needs_its_label(tmp_path):
    for name in ("paid", "Fully repaid", "creditworthy", "bezahlt", "remboursé"):
        path = _write(tmp_path, f"amount,{name}\n1,1\n2,0\n2,0\n")
        with pytest.raises(UnclearError, match="--positive-label"):
            load_file(path, name)
        assert load_file(path, name, positive_label="0").target.tolist() == [0, 1, 1]
    for name, yes, no in (("zahlt", "ja", "nein"), ("kunde", "ja", "nein"), ("client", "oui", "non")):
        with pytest.raises(UnclearError, match="--positive-label"):
            load_file(_write(tmp_path, f"amount,{name}\n1,{yes}\n2,{no}\n2,{no}\n"), name)
    assert load_file(_write(tmp_path, "amount,Ausfall\n1,ja\n2,nein\n2,nein\n"), "Ausfall").target.tolist() == [1, 0, 0]
    assert load_file(_write(tmp_path, "amount,not_paid\n1,1\n2,0\n2,0\n"), "not_paid").target.tolist() == [1, 0, 0]


@pytest.mark.parametrize(("values", "given", "outcomes"), [("good bad", None, [0, 1]), ("1 2", "2", [0, 1])])
def test_which_outcome_is_a_default(tmp_path, values, given, outcomes):
    one, two = values.split()
    dataset = load_file(_write(tmp_path, f"amount,owed\n1,{one}\n1,{two}\n"), "owed", positive_label=given)
    assert dataset.target.tolist() == outcomes
    assert any("is a default" in note for note in dataset.notes)


def test_a_default_value_that_does_not_occur(tmp_path):
    with pytest.raises(DataError, match="has the values '0' and '1', not 'bad'"):
        load_file(_write(tmp_path, _GOOD), "owed", positive_label="bad")


class TestWithASchema:
    """The schema guessed from one file holds another one to its word."""

    @pytest.fixture
    def schema(self, tmp_path):
        path = tmp_path / "loans.schema.json"
        first = _write(tmp_path, "amount,count,term,sex,owed\n100,1,short,m,1\n200,2,long,f,0\n100,2,long,f,0\n")
        path.write_bytes(dump_schema(load_file(first, "owed").schema))
        return path

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            ("many,1,short,m,1", "line 4, column 'amount': expected a number"),
            ("100,1.5,short,m,1", "line 4, column 'count': expected a whole number"),
            ("100,1,weekly,m,1", "line 4, column 'term': expected one of long, short"),
            ("100,1,short,weekly,1", "line 4, column 'sex': expected one of f, m"),
            ("100,,short,m,1", "line 4, column 'count': a value is required"),
        ],
    )
    def test_a_row_that_breaks_it_is_named_without_its_value(self, tmp_path, schema, row, sentence):
        rows = f"amount,count,term,sex,owed\n100,1,short,m,1\n\n{row}\n200,2,long,f,0\n"
        with pytest.raises(DataError) as caught:
            load_file(_write(tmp_path, rows, "next.csv"), "owed", schema)
        assert str(caught.value) == f"next.csv, {sentence}"
        assert not any(value in str(caught.value) for value in ("9999", "many", "weekly", "1.5"))

    def test_an_amount_beyond_the_bounds_is_the_nearest_bound(self, tmp_path, schema):
        rows = "amount,count,term,sex,owed\n9999,1,short,m,1\n200,2,long,f,0\n"
        assert load_file(_write(tmp_path, rows, "next.csv"), "owed", schema).frame["amount"].tolist() == [200, 200]

    def test_a_column_that_is_missing(self, tmp_path, schema):
        with pytest.raises(DataError, match="no column for the schema's feature 'count'"):
            load_file(_write(tmp_path, "amount,term,sex,owed\n1,short,m,1\n1,short,m,0\n"), "owed", schema)

    @pytest.mark.parametrize("content", [None, "{", '{"name": "x", "features": []}'])
    def test_a_schema_that_is_none(self, tmp_path, content):
        path = tmp_path / "bad.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(DataError):
            load_file(_write(tmp_path, _GOOD), "owed", path)


def test_a_holdout_workbook_has_a_sheet_of_its_own_or_that_of_the_data(tmp_path):
    head = ["amount", "owed"]
    sheets = {"first": [head, [1, 1], [2, 0]], "later": [head, [3, 1], [4, 0], [5, 0]]}
    source = str(_write(tmp_path, workbook(sheets), "loans.xlsx"))
    given = Given(target="owed", sheet="later")
    schema = load_source(source, given).schema
    assert len(load_holdout(source, given, schema).frame) == 3
    assert len(load_holdout(source, given, schema, "first").frame) == 2
    assert any("read sheet 'first'" in note for note in load_holdout(source, Given(target="owed"), schema).notes)
    plain = str(_write(tmp_path, "amount,owed\n1,1\n2,0\n"))
    assert len(load_holdout(plain, given, schema).frame) == 2
