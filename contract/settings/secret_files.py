"""Secrets in files: `NEOSCORE_SEAL_KEY_FILE=/run/secrets/seal_key` instead of the secret itself in the environment."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

PREFIX, SUFFIX = "NEOSCORE_", "_FILE"

MAX_SECRET_BYTES = 64 * 1024
"""A key, a password or an address has a few dozen; what is larger is another file."""


def is_secret(name: str, field: FieldInfo) -> bool:
    """Return whether a setting can come from a file: keys, passwords, and the database's address, which holds one."""
    return name == "database_url" or SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))


def secret_files(fields: Mapping[str, FieldInfo]) -> dict[str, Path]:
    """Return, by setting, the files that the environment names.

    Raises ValueError if a variable names none, or if the setting is also set itself.
    """
    found = {}
    for name, field in fields.items():
        variable = f"{PREFIX}{name.upper()}"
        if not is_secret(name, field) or (path := os.environ.get(f"{variable}{SUFFIX}")) is None:
            continue
        if not path.strip():
            raise ValueError(f"{variable}{SUFFIX} must not be empty; set a value or remove the variable")
        if variable in os.environ:
            raise ValueError(f"set {variable} or {variable}{SUFFIX}, not both")
        found[name] = Path(path)
    return found


def read_secret(name: str, path: Path) -> str:
    """Return the secret in a file, without the line break that editors add.

    Raises ValueError that names the variable if the file cannot be read.
    """
    variable = f"{PREFIX}{name.upper()}{SUFFIX}"
    try:
        if path.stat().st_size > MAX_SECRET_BYTES:
            raise ValueError(f"{variable}: {path} has more than {MAX_SECRET_BYTES} bytes, which no secret has")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{variable}: {path} is not UTF-8") from None
    except OSError as error:
        raise ValueError(f"{variable}: {path} cannot be read ({error.strerror})") from None


def is_world_readable(path: Path) -> bool:
    """Return whether every user of the machine can read a file. Of one that is not there: no."""
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
