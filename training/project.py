"""`project.toml`: where the data is and what its columns are; `neoscore init` writes it, other commands read it."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from contract.regular_files import IrregularFileError, read_regular_file
from training.errors import DataError

PROJECT_FILE = "project.toml"

MAX_BYTES = 64 << 10
"""A project file that people can still read has a few KB."""

MAX_LINE = 4_000
"""Characters of a line: more than any path has. Reading a dotted name takes the square of its length."""


class ProjectData(Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The table of clients with known outcomes."""

    file: str
    """A path, relative to the project's folder, or an address `postgresql://…`."""
    sheet: str | None = None
    """The sheet of a workbook, if it is not the first."""
    target: str
    positive_label: str | None = None
    missing: list[str] = []
    """Words that mean a missing value, besides those that always do."""
    customer_number: str | None = None
    date: str | None = None
    """The column that dates each row: ages are counted to it."""
    reference_date: str | None = None
    """Year-month-day that ages are counted to, where no column dates the rows."""
    groups: str | None = None
    """The column whose equal values stay in one fold."""
    weight: str | None = None
    """The column that says how much each row counts."""
    holdout: str | None = None
    """Another file with the same columns, which only judges the model."""
    holdout_sheet: str | None = None
    """The sheet of that file, if it is a workbook."""


class Project(Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A project file."""

    folder: Path = Path()
    """Where the file is; paths in it start there."""
    schema: str
    data: ProjectData
    training: Mapping[str, Any] = {}
    """Options of `neoscore train` by their names."""

    @property
    def schema_path(self) -> Path:
        """The feature schema's file."""
        return self.folder / self.schema

    @property
    def source(self) -> str:
        """The table's path as seen from here, or its address."""
        return self.data.file if "://" in self.data.file else str(self.folder / self.data.file)


def find_project(folder: Path | None = None) -> Project | None:
    """Return the project of a folder, by default the current one; None if it has no project file. Raises DataError."""
    path = (folder or Path()) / PROJECT_FILE
    return load_project(path) if path.exists() else None


def load_project(path: Path) -> Project:
    """Read a project file. Raises DataError, naming the place."""
    try:
        text = read_regular_file(path.resolve(), MAX_BYTES).decode()
        if any(len(line) > MAX_LINE for line in text.splitlines()):
            raise DataError(f"{path}: a line has more than {MAX_LINE:,} characters")
        content = tomllib.loads(text)
        return msgspec.convert({**content, "folder": path.parent}, Project)
    except OSError as error:
        raise DataError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except IrregularFileError as problem:
        raise DataError(f"{path} {problem}") from None
    except RecursionError:
        raise DataError(f"{path}: nested too deep") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{path}: {error}") from None


def dump_project(project: Project) -> str:
    """Return the text of a project file, with what can be added as comments."""
    lines = [
        "# What `neoscore init` understood. `neoscore train`, `neoscore db load` and `neoscore up` read it.",
        "",
        f"schema = {_toml(project.schema)}",
        "",
        "[data]",
        *(f"{name} = {_toml(value)}" for name, value in msgspec.to_builtins(project.data).items()),
        "",
        "[training]",
        "# Options of `neoscore train` by their names, such as",
        "# include_sensitive = false",
        '# accept_leakage = ["COLUMN"]',
        *(f"{name} = {_toml(value)}" for name, value in project.training.items()),
    ]
    return "\n".join(lines) + "\n"


def relative_to_project(path: Path, folder: Path) -> str:
    """Return how a project file in `folder` names a path: relative where that needs no way up."""
    full = Path(os.path.abspath(path))
    try:
        return full.relative_to(os.path.abspath(folder)).as_posix()
    except ValueError:
        return str(full)


def _toml(value: object) -> str:
    """Return a text, number, flag or list of texts in TOML. JSON's escapes are TOML's, but for DEL."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
