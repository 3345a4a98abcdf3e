"""docs/security.md counts the attacks that tests try as the tests list them."""

import importlib
import math
import re
from typing import Any

import pytest

from tests.unit.repo.files import read

ROWS = re.findall(r"^\| .* \| ([\d,]+) \| `([\w/]+)\.py:(\w+)` \|$", read("docs/security.md"), re.MULTILINE)


def count(listed: Any) -> int:
    """Return how many cases a table of a test has, or a test that is run for each of several cases."""
    if not callable(listed):
        return len(listed)
    marks = [mark for mark in listed.pytestmark if mark.name == "parametrize"]
    return math.prod(len(mark.args[1]) for mark in marks)


def test_there_are_attacks() -> None:
    assert len(ROWS) >= 8


@pytest.mark.parametrize(("cases", "path", "name"), ROWS, ids=[name for _, _, name in ROWS])
def test_as_many_are_tried_as_the_page_says(cases: str, path: str, name: str) -> None:
    module = importlib.import_module(path.replace("/", "."))
    assert count(getattr(module, name)) == int(cases.replace(",", ""))
