"""Reading files that others may have put there: regular ones only, of a bounded size, never through a link."""

import os
import stat
from pathlib import Path

MAX_ENTRIES = 16
"""Files in a folder that is read whole; a bundle has at most nine."""


class IrregularFileError(Exception):
    """What is there is not to be read; the text says what it is."""


def read_regular_file(path: Path | str, limit: int, folder: int | None = None) -> bytes:
    """Return the content of a file of at most `limit` bytes; a path may be relative to an open `folder`.

    Raises OSError, and IrregularFileError for links, devices, pipes, folders and larger files.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        if _is_link(path, folder):
            raise IrregularFileError("is a symbolic link") from None
        raise
    except ValueError:
        raise IrregularFileError("has a name that no file can have") from None
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        os.close(file)
        raise IrregularFileError("is not a regular file")
    with os.fdopen(file, "rb") as opened:
        content = b"" if found.st_size > limit else opened.read(limit + 1)  # it may grow meanwhile
    if max(found.st_size, len(content)) > limit:
        raise IrregularFileError(f"has more than {limit:,} bytes")
    return content


def read_folder(path: Path, limit: int) -> dict[str, bytes]:
    """Return the content of every file of a folder, by name, each of at most `limit` bytes.

    Raises OSError, and IrregularFileError if the folder is a link, has many files, or holds anything but files.
    """
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        if _is_link(path, None):
            raise IrregularFileError("is a symbolic link; name the folder itself") from None
        raise
    except ValueError:
        raise IrregularFileError("is a name that no folder can have") from None
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MAX_ENTRIES + 1), entries, strict=False)]
        if len(names) > MAX_ENTRIES:
            raise IrregularFileError(f"holds more than {MAX_ENTRIES} files")
        return {name: _read_entry(name, limit, folder) for name in sorted(names)}
    finally:
        os.close(folder)


def _read_entry(name: str, limit: int, folder: int) -> bytes:
    try:
        return read_regular_file(name, limit, folder)
    except IrregularFileError as problem:
        raise IrregularFileError(f"holds {name!a:.80}, which {problem}") from None
    except OSError as error:
        raise IrregularFileError(f"holds {name!a:.80}, which cannot be read ({error.strerror})") from None


def _is_link(path: Path | str, folder: int | None) -> bool:
    try:
        return stat.S_ISLNK(os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False
