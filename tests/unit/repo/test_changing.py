"""docs/changing.md: each recipe names files and symbols that exist, and a test that follows it."""

import ast
import re

import pytest

from tests.unit.repo.files import ROOT, read

PAGE = read("docs/changing.md")
RECIPES = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
PATH = re.compile(r"`((?:[\w-]+/)+[\w.-]+?)(?::(\w+))?`")


def defined_names(path: str) -> set[str]:
    """Return what a module defines at its top level."""
    names: set[str] = set()
    for node in ast.parse(read(path)).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


@pytest.mark.parametrize(("path", "symbol"), sorted(set(PATH.findall(PAGE))))
def test_what_a_recipe_names_exists(path: str, symbol: str) -> None:
    assert (ROOT / path).exists(), f"docs/changing.md names {path}"
    assert not symbol or symbol in defined_names(path), f"docs/changing.md names {symbol} of {path}"


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_has_steps_and_a_test_that_follows_it(recipe: str) -> None:
    text = RECIPES[recipe]
    assert re.search(r"^1\. ", text, re.MULTILINE)
    tests = text[re.search(r"^Tests?: ", text, re.MULTILINE).start() :]
    assert any(path.startswith("tests/") and symbol.startswith("test_") for path, symbol in PATH.findall(tests))


def test_the_table_at_the_top_lists_every_recipe_with_its_number_of_steps() -> None:
    rows = re.findall(r"^\| \[(.+?)\]\(#(.+?)\) \| (\d) \|", PAGE, re.MULTILINE)
    assert [anchor for _, anchor, _ in rows] == [name.lower().replace(" ", "-") for name in RECIPES]
    for name, (_, _, count) in zip(RECIPES, rows, strict=True):
        assert len(re.findall(r"^\d\. ", RECIPES[name], re.MULTILINE)) == int(count), name
