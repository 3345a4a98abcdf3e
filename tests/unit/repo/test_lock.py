import re
import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.repo.files import read

LOCKS = ("requirements.lock", "docker/runtime.lock", "docker/build.lock")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}")
PYPROJECT = tomllib.loads(read("pyproject.toml"))
DECLARED = [
    *PYPROJECT["project"]["dependencies"],
    *(text for extra in PYPROJECT["project"]["optional-dependencies"].values() for text in extra),
    *PYPROJECT["build-system"]["requires"],
]


def entries(name: str) -> dict[str, list[str]]:
    """Return each pin of a lock, with its hashes."""
    found: dict[str, list[str]] = {}
    for line in read(name).splitlines():
        text = line.removesuffix(" \\")
        if line.startswith(" "):
            assert HASH.fullmatch(text), line
            found[next(reversed(found))].append(text.strip())
        else:
            found[text] = []
    return found


def versions(name: str) -> dict[str, set[str]]:
    found = defaultdict(set)
    for text in entries(name):
        pin = Requirement(text)
        found[canonicalize_name(pin.name)].add(next(iter(pin.specifier)).version)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_one_exact_pin_with_hashes(name: str) -> None:
    # Neither an address nor a path nor an option: the lock is the same wherever packages come from.
    for text, hashes in entries(name).items():
        pin = Requirement(text)
        assert pin.url is None
        assert [spec.operator for spec in pin.specifier] == ["=="]
        assert "*" not in text.partition(";")[0]
        assert hashes == sorted(set(hashes)), text
        assert hashes, f"{text} has no hash: run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_entries_are_sorted_and_end_with_a_newline(name: str) -> None:
    names = [re.split(r"[=\s]", text)[0] for text in entries(name)]
    assert names == sorted(names)
    assert read(name).endswith("\n")


def test_the_lock_answers_every_declared_dependency() -> None:
    locked = versions("requirements.lock")
    stale = [
        text
        for text in DECLARED
        if not (found := locked[canonicalize_name(Requirement(text).name)])
        or not all(Requirement(text).specifier.contains(version) for version in found)
    ]
    assert stale == [], "run `make lock`"


@pytest.mark.parametrize("name", LOCKS[1:])
def test_the_image_has_the_versions_that_are_tested(name: str) -> None:
    locked = versions("requirements.lock")
    assert {package: found for package, found in versions(name).items() if not found <= locked[package]} == {}


def test_the_image_has_every_run_time_dependency_and_every_package() -> None:
    runtime = versions("docker/runtime.lock")
    declared = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    assert [one.name for one in declared if not runtime[canonicalize_name(one.name)]] == [], "run `make lock`"
    sent = read(".dockerignore").splitlines()
    packages = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert [package for package in packages if f"!{package}/" not in sent] == []
