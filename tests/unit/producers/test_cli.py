"""Usage of the commands; nothing here needs a broker."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from stack.cli import app


@pytest.mark.parametrize(
    "arguments",
    [
        ["score"],
        ["score", "someone", "--features", "file.json"],
        ["score", "someone", "--lang", "de"],
        ["score", "someone", "--timeout", "0"],
        ["publish", "stream", "--rate", "0"],
        ["publish", "stream", "--duration", "-1"],
        ["score-portfolio", "--limit", "0"],
        ["dead-letters", "redrive"],
        ["dead-letters", "redrive", "--all", "7"],
        ["dead-letters", "explain", "bad_weather"],
    ],
)
def test_wrong_usage_ends_with_2(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_help_does_not_wait_for_heavy_libraries():
    heavy = ("kafka", "sqlalchemy", "pyarrow", "numpy")
    program = f"import sys, producers.cli; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
