"""Which version of the model is active: a file of the models folder names it."""

import os
from pathlib import Path

from contract.bundle import load_bundle
from contract.errors import BundleError

POINTER = "active"
"""File of the models folder that names the active version."""


def activate(models_folder: Path, version: str) -> None:
    """Make a version the active one, atomically. Raises BundleError when it is not a sound bundle."""
    load_bundle(version_folder(models_folder, version))
    draft = models_folder / f".{POINTER}-{os.getpid()}"
    draft.write_text(version + "\n")
    draft.replace(models_folder / POINTER)


def active_bundle_path(models_folder: Path) -> Path:
    """Return the folder of the active bundle. Raises BundleError when there is none."""
    try:
        version = (models_folder / POINTER).read_text().strip()
    except FileNotFoundError:
        raise BundleError(f"{models_folder}: no active model; run `neoscore train`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{models_folder / POINTER}: not readable ({type(error).__name__})") from None
    return version_folder(models_folder, version)


def activation_stamp(models_folder: Path) -> object:
    """Return what differs after each `activate`, even of the same version; None while there is nothing to read."""
    pointer = models_folder / POINTER
    try:
        return pointer.stat().st_mtime_ns, pointer.read_bytes()
    except OSError:
        return None


def version_folder(models_folder: Path, version: str) -> Path:
    """Return the folder of a version. Raises BundleError when the text cannot be one's name."""
    path = models_folder / version
    if version in ("", "..") or "\0" in version or path.parent != models_folder:
        raise BundleError(f"{models_folder}: {version!r} is not the name of a version")
    return path
