"""Java and the jars of Apache Kafka."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from stack.errors import MissingDependencyError

NEEDED_JAVA = 17
"""Apache Kafka 4 brokers run on nothing older."""

MAVEN_SECONDS = 900
"""45 MB over a slow line; it happens once for a user."""

POM = "kafka-pom.xml"

DIGESTS = "kafka-jars.sha256"
"""SHA-256 of each jar that the POM leads to, as sha256sum writes it."""


@lru_cache(maxsize=1)
def find_java() -> str:
    """Return the path of a Java that is new enough. Raises MissingDependencyError."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if java is None:
        raise MissingDependencyError(f"Apache Kafka needs Java {NEEDED_JAVA} or newer, and there is no `java` here")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < NEEDED_JAVA:
        raise MissingDependencyError(
            f"Apache Kafka needs Java {NEEDED_JAVA} or newer; {java} is {version[1] if version else '?'}"
        )
    return java


def check_jars() -> None:
    """Check that Kafka's jars are here or can be fetched. Raises MissingDependencyError."""
    if not (os.environ.get("KAFKA_HOME") or _cached().exists() or shutil.which("mvn")):
        raise MissingDependencyError("Apache Kafka needs KAFKA_HOME or Maven (`mvn`), and there is neither here")


def find_jars(note: Callable[[str], None]) -> Path:
    """Return the folder of Kafka's jars: KAFKA_HOME's, else those of the pinned POM, fetched once for this user.

    `note` is called before the one long wait. Raises MissingDependencyError.
    """
    if home := os.environ.get("KAFKA_HOME"):
        return _jars_of(Path(home))
    jars = _cached()
    if not jars.exists():
        check_jars()
        note("fetching Apache Kafka with Maven, once for this user (45 MB)")
        _fetch(jars)
    return jars


def user_cache() -> Path:
    """Return the folder for what all clones of this project share."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "neoscore"


def _jars_of(home: Path) -> Path:
    if not list((home / "libs").glob("kafka_2.13-4.*.jar")):
        raise MissingDependencyError(f"KAFKA_HOME is {home}, but there is no Apache Kafka 4 in its folder libs")
    return home / "libs"


def _cached() -> Path:
    content = files("stack.local").joinpath(POM).read_bytes()
    return user_cache() / f"kafka-{hashlib.sha256(content).hexdigest()[:16]}"


def _fetch(jars: Path) -> None:
    """Fill the folder, which appears complete or not at all."""
    jars.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".kafka-", dir=jars.parent))
    try:
        (draft / "pom.xml").write_bytes(files("stack.local").joinpath(POM).read_bytes())
        _run_maven(draft)
        verify_jars(draft / "jars")
        try:
            (draft / "jars").rename(jars)
        except OSError:
            if not jars.exists():  # else another process was quicker
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def verify_jars(folder: Path) -> None:
    """Check that a folder holds exactly the jars of DIGESTS. Raises MissingDependencyError."""
    lines = files("stack.local").joinpath(DIGESTS).read_text().splitlines()
    expected = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    if differing := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        raise MissingDependencyError(
            f"Maven fetched other files than those of Apache Kafka, and nothing was kept: {', '.join(differing[:3])} "
            "(SHA-256 differs)"
        )


def _run_maven(folder: Path) -> None:
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}"]
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "--strict-checksums", *goal],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=MAVEN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MissingDependencyError(f"Maven did not fetch Apache Kafka within {MAVEN_SECONDS} s; try again") from None
    if done.returncode != 0:
        said = "".join(f"\n  | {line}" for line in (done.stdout + done.stderr).strip().splitlines()[:8])
        raise MissingDependencyError(f"Maven could not fetch Apache Kafka:{said}")
