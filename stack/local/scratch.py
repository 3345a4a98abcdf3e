"""Folders that hold a service's data while it runs, and are removed with it, even after all processes were killed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where Linux has it; folders in it get random names
PREFIX = "neoscore-"
LOCK = "owner.lock"


class ScratchFolder:
    """A folder of mode 700 that belongs to this process.

    A lock on a file in it shows that its owner runs: the system drops it when the process ends, however it
    ends. `remove_stale` removes folders whose owner is gone.
    """

    def __init__(self, parent: Path, name: str) -> None:
        remove_stale(parent)
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-", dir=parent))
        self._lock = _lock(self.path, create=True)

    def remove(self) -> None:
        """Delete the folder. May be called twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def memory_folder() -> Path:
    """Return a folder in memory when this system has one, else the folder for temporary files."""
    return MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def remove_stale(parent: Path) -> None:
    """Remove the folders that this user's dead processes left behind."""
    for folder in parent.glob(f"{PREFIX}*-*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid != os.getuid() and os.getuid() != 0:
                continue
            lock = _lock(folder, create=False)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _lock(folder: Path, *, create: bool) -> int | None:
    """Return the locked file's descriptor; None when its owner lives. Raises OSError when there is no lock file."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
