"""Print the run-time dependencies of pyproject.toml, a line each, for the image's first layer."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
sys.stdout.write("\n".join(project["dependencies"]) + "\n")
