"""Model bundles for tests: really trained, once for each state of the sources, then kept in the cache folder."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import contract
import training
from contract.active_model import active_bundle_path
from training.hyperparameters import Hyperparameters
from training.sources import load_dataset
from training.train import TrainingOptions, train

_SHAPE = Hyperparameters(trees=80)
"""Fewer trees than the default: close to its quality, in a fraction of the time."""


def uci_bundle(folder: Path) -> Path:
    """Return a bundle trained on the UCI data, from `folder` (a cache) when it is there already."""
    return _cached(folder, "uci-credit-default")


def synthetic_bundle(folder: Path) -> Path:
    """Return a bundle trained on synthetic clients: another schema, with choices and missing values."""
    return _cached(folder, "synthetic")


def _cached(folder: Path, data: str) -> Path:
    home = folder / f"{data}-{_source_hash()}"
    if not home.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder))
        train(load_dataset(data), TrainingOptions(models_folder=draft, hyperparameters=_SHAPE))
        try:
            draft.rename(home)
        except OSError:  # another test run was quicker
            shutil.rmtree(draft)
    return active_bundle_path(home)


def _source_hash() -> str:
    digest = hashlib.sha256(os.fsencode(str(_SHAPE)))
    for package in (contract, training):
        for file in sorted(Path(package.__path__[0]).rglob("*")):
            if file.suffix in (".py", ".gz"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
