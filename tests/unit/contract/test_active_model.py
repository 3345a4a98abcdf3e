"""Following the active model: each activation is returned once."""

import shutil

import pytest

from contract.active_model import ActiveModel, activate
from contract.bundle import Bundle
from contract.errors import BundleError


@pytest.fixture
def models_folder(tiny_bundle: Bundle, tmp_path):
    for version in ("first", "second"):
        shutil.copytree(tiny_bundle.path, tmp_path / version)
    return tmp_path


def test_each_activation_is_returned_once_even_of_the_same_version(models_folder):
    active = ActiveModel(models_folder)
    assert active.poll() is None
    for version in ("first", "second", "second"):
        activate(models_folder, version)
        assert active.poll() == active.path() == models_folder / version
        assert active.poll() is None


def test_an_invalid_activation_is_reported_once(models_folder):
    active = ActiveModel(models_folder)
    (models_folder / "active").write_text("../elsewhere")
    with pytest.raises(BundleError):
        active.poll()
    assert active.poll() is None


def test_a_poll_can_be_repeated(models_folder):
    activate(models_folder, "first")
    active = ActiveModel(models_folder)
    assert active.poll() == models_folder / "first"
    active.repeat()
    assert active.poll() == models_folder / "first"


def test_a_pinned_model_is_returned_once_and_never_changes(models_folder, tmp_path):
    active = ActiveModel(models_folder, pinned=tmp_path / "pinned")
    assert active.poll() == active.path() == tmp_path / "pinned"
    activate(models_folder, "first")
    assert active.poll() is None
