"""Which version of the model is active: a file of the models folder names it."""

import os
from collections.abc import Collection
from pathlib import Path

from contract.bundle import load_bundle
from contract.errors import BundleError
from contract.regular_files import IrregularFileError, read_regular_file

POINTER = "active"
"""File of the models folder that names the active version."""

MAX_POINTER_BYTES = 255
"""The longest name that a folder can have."""

POLL_SECONDS = 2.0
"""Between two polls for another active model: each reads a file of one line, and nobody waits for a new model."""


class ActiveModel:
    """Follows which bundle is active. `pinned`: a bundle to use instead, which never changes. Not thread-safe."""

    def __init__(self, models_folder: Path, pinned: Path | None = None) -> None:
        self._models_folder = models_folder
        self._pinned = pinned
        self._seen: object = None

    def path(self) -> Path:
        """Return the folder of the active bundle. Raises BundleError when there is none."""
        return self._pinned or active_bundle_path(self._models_folder)

    def poll(self) -> Path | None:
        """Return the folder of the active bundle if it was activated since the last call, else None.

        Raises BundleError when there is none, or its name is invalid; not again until the next activation.
        """
        seen, self._seen = self._seen, self._pinned or activation_stamp(self._models_folder)
        return None if seen == self._seen else self.path()

    def repeat(self) -> None:
        """Let the next poll return the active bundle again, after a failure that was not the bundle's."""
        self._seen = None


def activate(models_folder: Path, version: str, trusted: Collection[str] = ()) -> None:
    """Make a version the active one, atomically. `trusted`: release keys, see contract.release.

    Raises BundleError when it is not a sound bundle, or not signed by one of them.
    """
    load_bundle(version_folder(models_folder, version), trusted)
    draft = models_folder / f".{POINTER}-{os.getpid()}"
    draft.write_text(version + "\n")
    draft.replace(models_folder / POINTER)


def active_bundle_path(models_folder: Path) -> Path:
    """Return the folder of the active bundle. Raises BundleError when there is none."""
    try:
        version = read_regular_file(models_folder / POINTER, MAX_POINTER_BYTES).decode().strip()
    except FileNotFoundError:
        raise BundleError(f"{models_folder}: no active model; run `neoscore train`") from None
    except IrregularFileError as problem:
        raise BundleError(f"{models_folder / POINTER} {problem}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{models_folder / POINTER}: not readable ({type(error).__name__})") from None
    return version_folder(models_folder, version)


def bundle_path(models_folder: Path, version: str | None) -> Path:
    """Return the folder of a version, or of the active bundle. Raises BundleError."""
    return active_bundle_path(models_folder) if version is None else version_folder(models_folder, version)


def activation_stamp(models_folder: Path) -> object:
    """Return what differs after each `activate`, even of the same version; None while there is nothing to read."""
    pointer = models_folder / POINTER
    try:
        return pointer.stat().st_mtime_ns, read_regular_file(pointer, MAX_POINTER_BYTES)
    except (OSError, IrregularFileError):
        return None


def version_folder(models_folder: Path, version: str) -> Path:
    """Return the folder of a version. Raises BundleError when the text cannot be one's name."""
    path = models_folder / version
    if version in ("", "..") or "\0" in version or len(version) > MAX_POINTER_BYTES or path.parent != models_folder:
        raise BundleError(f"{models_folder}: {version!a:.80} is not the name of a version")
    return path
