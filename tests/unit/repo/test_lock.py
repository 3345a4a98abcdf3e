import re
import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.repo.files import read

LINES = read("requirements.lock").splitlines()
PYPROJECT = tomllib.loads(read("pyproject.toml"))
DECLARED = [
    *PYPROJECT["project"]["dependencies"],
    *(text for extra in PYPROJECT["project"]["optional-dependencies"].values() for text in extra),
    *PYPROJECT["build-system"]["requires"],
]


@pytest.mark.parametrize("line", LINES)
def test_every_line_is_one_exact_pin(line: str) -> None:
    # Neither an address nor a path nor an option: the lock is the same wherever packages come from.
    pin = Requirement(line)
    assert pin.url is None
    assert [spec.operator for spec in pin.specifier] == ["=="]
    assert "*" not in line.partition(";")[0]


def test_lines_are_sorted_and_end_with_a_newline() -> None:
    names = [re.split(r"[=\s]", line)[0] for line in LINES]
    assert names == sorted(names)
    assert read("requirements.lock").endswith("\n")


def test_the_lock_answers_every_declared_dependency() -> None:
    versions = defaultdict(list)
    for line in LINES:
        pin = Requirement(line)
        versions[canonicalize_name(pin.name)].append(next(iter(pin.specifier)).version)
    stale = [
        text
        for text in DECLARED
        if not (found := versions[canonicalize_name(Requirement(text).name)])
        or not all(Requirement(text).specifier.contains(version) for version in found)
    ]
    assert stale == [], "run `make lock`"
