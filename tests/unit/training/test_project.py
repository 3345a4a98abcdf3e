"""project.toml: what is written is read back, and a slip is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import DataError
from training.project import Project, ProjectData, dump_project, find_project, load_project, relative_to_project

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(_TEXT, _TEXT, st.none() | _TEXT, st.lists(_TEXT), st.dictionaries(st.just("accept_leakage"), st.lists(_TEXT)))
def test_what_is_written_is_read_back(tmp_path_factory, file, target, number, missing, training):
    folder = tmp_path_factory.mktemp("project")
    data = ProjectData(file=file, target=target, customer_number=number, missing=missing)
    project = Project(folder=folder, schema="loans.schema.json", data=data, training=training)
    (folder / "project.toml").write_text(dump_project(project), encoding="utf-8", newline="")
    assert find_project(folder) == project


def test_a_folder_without_one_has_no_project(tmp_path):
    assert find_project(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("schema = 'x'\n[data]\nfile = 'a.csv'\ntraget = 'y'\n", "traget"),
        ("schema = 'x'\n[data]\nfile = 'a.csv'\n", "target"),
        ("schema = 3\n[data]\nfile = 'a.csv'\ntarget = 'y'\n", "$.schema"),
        ("schema = \n", "line 1"),
        ("[data]\nfile = 'é.csv'\n".encode("latin-1"), "utf-8"),
    ],
)
def test_a_slip_is_named_with_the_file(tmp_path, content, said):
    path = tmp_path / "project.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=r"project\.toml: ") as caught:
        load_project(path)
    assert said in str(caught.value)


def test_paths_start_where_the_file_is(tmp_path):
    data = ProjectData(file="data/loans.csv", target="y")
    project = Project(folder=tmp_path, schema="loans.schema.json", data=data)
    assert project.source == str(tmp_path / "data/loans.csv")
    assert project.schema_path == tmp_path / "loans.schema.json"
    address = Project(folder=tmp_path, schema="x", data=ProjectData(file="postgresql://db/bank?table=l", target="y"))
    assert address.source == "postgresql://db/bank?table=l"


def test_a_path_in_the_folder_is_relative_and_another_one_is_whole(tmp_path):
    assert relative_to_project(tmp_path / "data" / "loans.csv", tmp_path) == "data/loans.csv"
    assert relative_to_project(Path("/srv/loans.csv"), tmp_path) == "/srv/loans.csv"
