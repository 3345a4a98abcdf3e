"""What lies in a bundle's folder is read only if it is a file of the bundle."""

import json
import os

import pytest

from contract.active_model import POINTER, active_bundle_path, version_folder
from contract.bundle import MANIFEST, MAX_FILE_BYTES, load_bundle, write_bundle
from contract.errors import BundleError
from contract.regular_files import MAX_ENTRIES
from tests.unit.contract.test_bundle import CONTENTS


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "models", "example", CONTENTS)


def refused(path, match):
    with pytest.raises(BundleError, match=match) as caught:
        load_bundle(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", [*CONTENTS, MANIFEST])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_not_followed(bundle, tmp_path, name, there):
    file = bundle.path / name
    content = file.read_bytes()
    file.unlink()
    if there:
        (tmp_path / "elsewhere").write_bytes(content)
    file.symlink_to(tmp_path / "elsewhere")
    refused(bundle.path, rf"'{name}', which is a symbolic link")


def test_a_folder_that_is_a_link_is_not_followed(bundle, tmp_path):
    (tmp_path / "current").symlink_to(bundle.path)
    refused(tmp_path / "current", "is a symbolic link; name the folder itself")


def test_a_pipe_in_place_of_a_file_holds_nothing_up(bundle, tmp_path):
    (bundle.path / "card.md").unlink()
    os.mkfifo(bundle.path / "card.md")
    refused(bundle.path, r"'card\.md', which is not a regular file")
    os.mkfifo(tmp_path / "models" / POINTER)
    with pytest.raises(BundleError, match="is not a regular file"):
        active_bundle_path(tmp_path / "models")


def test_a_folder_in_place_of_a_file_is_refused(bundle):
    (bundle.path / "card.md").unlink()
    (bundle.path / "card.md").mkdir()
    refused(bundle.path, r"'card\.md', which is not a regular file")


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "Ünïcode 汉字", "a b", "new\nline", "x" * 255, "\udcff"])
def test_a_file_that_is_not_in_the_manifest_is_refused_and_named(bundle, name):
    (bundle.path / name).write_bytes(b"what is this")
    refused(bundle.path, "is not in the manifest; move it elsewhere")


def test_a_folder_of_many_files_is_not_read(bundle):
    for number in range(MAX_ENTRIES):
        (bundle.path / f"{number}").touch()
    refused(bundle.path, f"holds more than {MAX_ENTRIES} files")


def test_a_huge_file_is_not_read(bundle):
    with (bundle.path / "card.md").open("r+b") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # takes no place on the disk
    refused(bundle.path, r"'card\.md', which has more than 268,435,456 bytes")


def test_a_manifest_that_lists_a_file_of_no_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match="no model bundle here"):
        load_bundle(tmp_path)
    contents = CONTENTS | {"source.a": b"1", "source.b": b"2"}
    with pytest.raises(BundleError, match=r"lists 'source\.b'"):
        write_bundle(tmp_path, "example", contents)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "other-0123456789ab"), ("version", ".."), ("version", "a/b"), ("name", "../example"),
        ("name", "a b"), ("name", "汉字"), ("name", ""), ("name", "x" * 101), ("digest", "0" * 64),
    ],
)  # fmt: skip
def test_a_manifest_whose_version_does_not_follow_from_its_files_is_refused(bundle, field, value):
    manifest = bundle.path / MANIFEST
    content = json.loads(manifest.read_text())
    content[field] = value
    if field == "name":
        content["version"] = f"{value}-{content['digest'][:12]}"
    manifest.write_text(json.dumps(content))
    refused(bundle.path, r"the version is not|does not match")


@pytest.mark.parametrize("name", ["", "../outside", "a/b", "a b", "汉字", "x" * 101])
def test_a_model_gets_no_name_that_no_folder_should_have(tmp_path, name):
    with pytest.raises(BundleError, match="cannot be the name of a model"):
        write_bundle(tmp_path, name, CONTENTS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", ["", ".", "..", "a/b", "/etc", "../models", "a\0b", "x" * 300, "汉字" * 200])
def test_what_names_no_version_is_refused(bundle, tmp_path, version):
    with pytest.raises(BundleError) as caught:
        load_bundle(version_folder(tmp_path / "models", version))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("version", ["a b", "汉字", "\udcff", "-rf", "*", "x" * 255, "😀"])
def test_a_version_that_is_not_there_is_said_to_be_none(bundle, tmp_path, version):
    with pytest.raises(BundleError, match=r"no model bundle here|no folder can have"):
        load_bundle(version_folder(tmp_path / "models", version))


def test_a_pointer_of_many_bytes_is_not_read(bundle, tmp_path):
    (tmp_path / "models" / POINTER).write_bytes(b"x" * 1_000_000)
    with pytest.raises(BundleError, match="has more than 255 bytes"):
        active_bundle_path(tmp_path / "models")


@pytest.mark.parametrize("histogram", [{"counts": [1], "edges": [0, 1, 2]}, {"counts": [1, 2], "levels": ["a"]}])
def test_a_histogram_without_a_count_for_each_bin_is_refused(tmp_path, histogram):
    baseline = json.dumps({"rows": 1, "features": {"x": histogram}, "probability": {"counts": []}}).encode()
    with pytest.raises(BundleError, match=r"'x' has \d counts for \d bins"):
        write_bundle(tmp_path, "example", CONTENTS | {"baseline.json": baseline})
