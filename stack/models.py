"""The bundles in a models folder."""

from dataclasses import dataclass
from pathlib import Path

from contract.bundle import MANIFEST, Bundle, active_bundle, load_bundle
from contract.errors import BundleError


@dataclass(frozen=True)
class Entry:
    """One version; `bundle` is None and `fault` says why when it cannot be used."""

    version: str
    bundle: Bundle | None
    fault: str
    active: bool


def bundles(folder: Path) -> list[Entry]:
    """Return the versions of a models folder, newest first."""
    manifests = sorted(folder.glob(f"[!.]*/{MANIFEST}"), key=lambda file: file.stat().st_mtime, reverse=True)
    try:
        active = active_bundle(folder)
    except BundleError:
        active = None
    return [_entry(manifest.parent, manifest.parent == active) for manifest in manifests]


def _entry(path: Path, active: bool) -> Entry:
    try:
        return Entry(path.name, load_bundle(path), "", active)
    except BundleError as error:
        return Entry(path.name, None, str(error), active)
