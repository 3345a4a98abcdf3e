"""The models of the registry and of a models folder, and what a change from one to another means."""

import contextlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.active_model import active_bundle_path
from contract.bundle import MANIFEST, SOURCE_PREFIX, Bundle, load_bundle
from contract.errors import BundleError, ReleaseKeyError
from contract.release import SIGNATURE, public_key_text, sign_manifest
from contract.schema import Feature, FeatureSchema
from contract.settings import Settings
from db.errors import DatabaseError
from db.registry import ModelEvent, RegisteredModel, registered_models
from scorer.ubjson import decode_ubjson
from stack.database import command_database
from stack.errors import StackError
from stack.state import ServedModelInfo


@dataclass(frozen=True)
class VersionEntry:
    """One version, as the registry and the models folder know it."""

    version: str
    made: ModelEvent | None
    """How it came to be; None if the registry does not know it."""
    bundle: Bundle | None
    """None if it is not in the folder, or cannot be used."""
    state: str
    active: bool
    """Whether workers of this folder serve it."""


def read_registry(config: Settings) -> tuple[list[RegisteredModel] | None, str]:
    """Return the versions of the registry, newest first; or None, and why it could not be read."""
    try:
        with command_database(config) as engine:
            return registered_models(engine), ""
    except (DatabaseError, StackError) as error:
        return None, str(error)


def list_versions(
    folder: Path, registered: Sequence[RegisteredModel] | None, trusted: Collection[str]
) -> list[VersionEntry]:
    """Return the versions of a models folder and of the registry: unregistered ones first, then newest first.

    `trusted`: release keys, see contract.release.
    """
    manifests = sorted(folder.glob(f"[!.]*/{MANIFEST}"), key=lambda file: file.lstat().st_mtime, reverse=True)
    try:
        active = active_bundle_path(folder)
    except BundleError:
        active = None
    known = {model.version: model for model in registered or ()}
    on_disk = {manifest.parent.name: manifest.parent for manifest in manifests}
    unregistered = [version for version in on_disk if version not in known]
    entries = []
    for version in (*unregistered, *known):
        made = known[version].made if version in known else None
        path = on_disk.get(version)
        bundle, state = _load(path, trusted) if path else (None, "not in this folder")
        if bundle and version not in known and registered is not None:
            state += ", not registered"
        entries.append(VersionEntry(version, made, bundle, state, active=path is not None and path == active))
    return entries


def disagreement(found: Sequence[VersionEntry], registered: Sequence[RegisteredModel]) -> str:
    """Return a sentence if the registry names another active version than is served; empty otherwise."""
    served = next((entry.version for entry in found if entry.active), None)
    active = next((model.version for model in registered if model.active), None)
    if active is None or served is None or active == served:
        return ""
    return (
        f"the registry says that {active} is active, and this folder serves {served}, which was activated without the "
        f"database; `neoscore model activate {served}` registers it"
    )


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
    document = decode_ubjson(bundle.model)
    return f"{bundle.ref.version}.json", msgspec.json.encode(document, enc_hook=lambda array: array.tolist())


def sign_bundle(path: Path, key: Ed25519PrivateKey) -> Bundle:
    """Write the signature of a bundle into its folder, whole or not at all, and return the bundle, verified by it.

    Raises BundleError, and ReleaseKeyError when nothing can be written there.
    """
    load_bundle(path)
    draft = path.parent / f".{SIGNATURE}-{os.getpid()}"  # in the folder itself, a reader would find it
    try:
        draft.write_bytes(sign_manifest((path / MANIFEST).read_bytes(), key))
        draft.replace(path / SIGNATURE)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ReleaseKeyError(f"{path / SIGNATURE}: {error.strerror}") from None
    return load_bundle(path, (public_key_text(key),))


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


def _load(path: Path, trusted: Collection[str]) -> tuple[Bundle | None, str]:
    try:
        return load_bundle(path, trusted), "verified"
    except BundleError as error:
        return None, str(error)
