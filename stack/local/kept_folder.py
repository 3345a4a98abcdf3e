"""The local database's folder under NEOSCORE_HOME, which outlives the stack."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
from pathlib import Path

from stack.errors import DatabaseInUseError, ServiceFailedError

STATE = Path("/var/lib/neoscore")
"""Where the folder is if root runs the stack in a home that PostgreSQL's user cannot enter, such as root's own."""

LOCK = "owner.lock"


class KeptFolder:
    """The folder, held by this process alone: the system drops its lock when the process ends, however it ends.

    Raises DatabaseInUseError if another process holds it, ServiceFailedError if it cannot be made.
    """

    def __init__(self, home: Path) -> None:
        self.path = kept_path(home)
        try:
            _make(home, self.path)
            self._lock: int | None = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ServiceFailedError(f"{self.path}: the local database has no place ({error.strerror})") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise DatabaseInUseError(
                f"another command uses the local database in {self.path}; try again when it has ended"
            ) from None

    def release(self) -> None:
        """Let others have it. May be called twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def kept_path(home: Path) -> Path:
    """Return where the database of this home is, or would be."""
    home = home.absolute()
    if unprivileged_user() is None or is_reachable(home):
        return home / "database"
    return STATE / hashlib.sha256(str(home).encode()).hexdigest()[:16]


def is_kept(home: Path) -> bool:
    """Return whether there is a local database of this home."""
    return (kept_path(home) / "data").exists()


def forget(home: Path) -> bool:
    """Remove the local database of this home, and return whether there was one. Raises DatabaseInUseError."""
    path = kept_path(home)
    if not path.exists():
        return False
    folder = KeptFolder(home)
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise ServiceFailedError(f"{path}: the local database cannot be removed ({error.strerror})") from None
    finally:
        folder.release()
    link = home / "database"
    if link.is_symlink():
        link.unlink()
    return True


def unprivileged_user() -> int | None:
    """Return the user to run PostgreSQL as instead of root, which it refuses; None if we are not root."""
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


def is_reachable(path: Path) -> bool:
    """Return whether any user can enter the folder, or its nearest parent that exists, and all above it."""
    found = next(folder for folder in (path, *path.parents) if folder.exists()).resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (found, *found.parents))


def _make(home: Path, path: Path) -> None:
    """Make the folder; others than the owner may pass through it only if the server is another user than we are."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700 if unprivileged_user() is None else 0o711)
    link = home / "database"
    if path.parent != home.absolute() and not link.exists():
        home.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            link.symlink_to(path)
