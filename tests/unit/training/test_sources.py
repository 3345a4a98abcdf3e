"""One registry of data sources: what must know a source reads it there."""

import subprocess
import sys

import pytest

from contract.schema import check_schema
from training.errors import DataError
from training.sources import DATA_SOURCES, load_dataset

THIRD = """
import runpy, sys
from dataclasses import replace
import training.sources as sources

# One entry, and nothing else: the loader and the schema are another source's, under another name.
sources.DATA_SOURCES["third"] = replace(
    sources.DATA_SOURCES["german-credit"], name="third", description="made up for a test", generated=False
)

dataset = sources.load_dataset("third")
assert len(dataset.frame) == 1_000

from typer.testing import CliRunner
from stack.cli import app
for command in (["train", "--help"], ["db", "seed", "--help"]):
    shown = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert "third" in shown.output, shown.output
refused = CliRunner().invoke(app, ["train", "--data", "third", "--target", "x"])
assert refused.exit_code == 2 and "are for files" in refused.output

import stack.launch
assert stack.launch.DATA_SOURCES is sources.DATA_SOURCES

pages = runpy.run_path("docs/generate.py")["PAGES"]
assert "| `third` | made up for a test |" in pages["training.md"]()
assert "third" in pages["cli.md"]()
"""


def test_a_third_source_is_one_entry() -> None:
    done = subprocess.run([sys.executable, "-c", THIRD], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", DATA_SOURCES)
def test_a_source_has_a_loader_and_a_schema_of_its_name(name: str) -> None:
    source = DATA_SOURCES[name]
    assert source.name == name == check_schema(source.load_schema()).name
    dataset = source.load(rows=120, seed=7)
    assert dataset.schema == source.load_schema()
    assert len(dataset.frame) == len(dataset.target) == len(dataset.customer_numbers)
    assert len(dataset.frame) == 120 if source.generated else len(dataset.frame) >= 1_000


def test_what_is_no_source_is_a_file() -> None:
    with pytest.raises(DataError, match="no-such-source: name the column that holds the outcome"):
        load_dataset("no-such-source")
