"""`python -m release dist`: write bill of materials and provenance beside the wheel in a folder (`make release`)."""

import hashlib
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from release.documents import bill_of_materials, provenance, read_lock

LOCKS = ("requirements.lock", "docker/runtime.lock", "docker/build.lock")

MAX_LICENCE = 100
"""Characters; some packages put the whole text there."""


def main(folder: Path) -> int:
    if git("status", "--porcelain"):
        sys.stderr.write("release: commit everything first: provenance names one commit\n")
        return 1
    commit, at = git("rev-parse", "HEAD"), git("show", "-s", "--format=%cI", "HEAD")
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages, runtime = (read_lock(Path(name).read_text(encoding="utf-8")) for name in LOCKS[:2])
    licences = {package.name: licence(package.name) for package in packages}
    write(
        folder / f"neoscore-{project['version']}.cdx.json", bill_of_materials(project, packages, runtime, licences, at)
    )
    digests = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    locks = {name: sha256(Path(name)) for name in LOCKS}
    write(folder / f"neoscore-{project['version']}.provenance.json", provenance(digests, commit, locks, at))
    sys.stdout.write("".join(f"{sha256(file)}  {file}\n" for file in sorted(folder.iterdir())))
    return 0


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def licence(package: str) -> str:
    """Return what the metadata of an installed package says of its licence, empty where nothing short is said."""
    try:
        found = importlib.metadata.metadata(package).json
    except importlib.metadata.PackageNotFoundError:
        return ""
    said = str(found.get("license_expression") or found.get("license") or "")
    classified = [name.split(" :: ")[-1] for name in found.get("classifier", ()) if name.startswith("License ::")]
    return said if 0 < len(said) <= MAX_LICENCE and "\n" not in said else ", ".join(classified)


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
