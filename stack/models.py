"""The bundles in a models folder, and what a change from one to another means."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from contract.active_model import active_bundle_path
from contract.bundle import MANIFEST, SOURCE_PREFIX, Bundle, load_bundle
from contract.errors import BundleError
from contract.schema import Feature, FeatureSchema
from stack.state import ServedModelInfo


@dataclass(frozen=True)
class BundleEntry:
    """One version; `bundle` is None and `error` says why when it cannot be used."""

    version: str
    bundle: Bundle | None
    error: str
    active: bool


def list_bundles(folder: Path) -> list[BundleEntry]:
    """Return the versions of a models folder, newest first."""
    manifests = sorted(folder.glob(f"[!.]*/{MANIFEST}"), key=lambda file: file.stat().st_mtime, reverse=True)
    try:
        active = active_bundle_path(folder)
    except BundleError:
        active = None
    return [_entry(manifest.parent, manifest.parent == active) for manifest in manifests]


def served_bundle_path(model: ServedModelInfo, models_folder: Path) -> Path:
    """Return the folder of the bundle that a stack serves by now.

    Unless a bundle is pinned, its workers follow the active one.
    """
    if not model.pinned:
        with contextlib.suppress(BundleError):
            return active_bundle_path(models_folder)
    return Path(model.path)


def exported_model(bundle: Bundle, as_json: bool) -> tuple[str, bytes]:
    """Return a model's file in an open format and what to call it.

    That is the file that an imported model was read from, or XGBoost's own in UBJSON or JSON.
    """
    if bundle.source is not None:
        name, content = bundle.source
        return f"{bundle.ref.version}.{name.removeprefix(SOURCE_PREFIX)}", content
    if not as_json:
        return f"{bundle.ref.version}.{bundle.model_format}", bundle.model
    import xgboost

    booster = xgboost.Booster(model_file=bytearray(bundle.model))
    return f"{bundle.ref.version}.json", bytes(booster.save_raw("json"))


def schema_changes(old: FeatureSchema, new: FeatureSchema) -> list[str]:
    """Return, a sentence each, what requests that follow the old schema meet under the new one; empty for nothing.

    Only what the model reads counts, and of that only what a request can break: no labels, no wording.
    """
    before, after = ({feature.name: feature for feature in schema.model_features} for schema in (old, new))
    added = [name for name in after if name not in before]
    gone = [name for name in before if name not in new.by_name]
    changed = [name for name in after if name in before and _constraints(after[name]) != _constraints(before[name])]
    return [
        f"{what}: {', '.join(names)}"
        for what, names in (
            ("new features; treated as missing unless requests send them", added),
            ("removed; requests with them are rejected", gone),
            ("changed type, bounds, levels or nullability", changed),
        )
        if names
    ]


def _constraints(feature: Feature) -> tuple[object, ...]:
    levels = [level.value for level in feature.levels]
    return feature.type, feature.minimum, feature.maximum, levels, feature.missing_allowed


def _entry(path: Path, active: bool) -> BundleEntry:
    try:
        return BundleEntry(path.name, load_bundle(path), "", active)
    except BundleError as error:
        return BundleEntry(path.name, None, str(error), active)
