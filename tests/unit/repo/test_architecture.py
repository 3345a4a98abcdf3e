"""docs/architecture.md names functions that exist."""

import ast
import re

import pytest

from tests.unit.repo.files import ROOT, read

STEPS = re.findall(r"`([\w/]+\.py):(\w+)`", read("docs/architecture.md"))


def test_the_walks_have_steps() -> None:
    assert len(STEPS) > 15


@pytest.mark.parametrize(("file", "name"), STEPS)
def test_a_step_of_a_walk_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assert name in defined
