"""A manifest that vouches for whatever lies in the folder, as somebody who may write there can make one."""

import hashlib
from pathlib import Path

import msgspec

from contract.bundle import FILES, FORMAT, MANIFEST, Manifest, digest_of


def rewrite_manifest(path: Path) -> None:
    """Write the manifest anew."""
    files = {name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in ("model.ubj", *FILES)}
    digest = digest_of(files)
    manifest = Manifest(format=FORMAT, name="tiny", version=f"tiny-{digest[:12]}", digest=digest, files=files)
    (path / MANIFEST).write_bytes(msgspec.json.encode(manifest))
