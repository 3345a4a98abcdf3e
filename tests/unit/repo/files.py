"""The files of the repository, as the tests of this folder read them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def tracked_texts() -> dict[str, str]:
    """Return path → text of every text file that git tracks; skips the test outside a checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    texts = {}
    for name in names.split("\0"):
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                texts[name] = content.decode()
    return texts


def read(name: str) -> str:
    """Return the text of one file."""
    return (ROOT / name).read_text(encoding="utf-8")
