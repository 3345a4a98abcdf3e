"""One input at a boundary: made by a generator, judged, and kept in the corpus when it ever failed."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from contract.topics import BATCH_REQUESTS, REQUESTS
from scorer.record import Record

CORPUS = Path(__file__).parent / "corpus"

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Kind(StrEnum):
    """Who reads the input."""

    REQUEST = "request"
    """The worker, from the interactive lane."""
    BLOCK = "block"
    """The worker, from the batch lane."""
    RESULT = "result"
    """A requester."""
    RESULT_BLOCK = "result-block"
    """A requester of the batch lane."""
    DEAD_LETTER = "dead-letter"
    """`neoscore dead-letters`."""
    BUNDLE_FILE = "bundle-file"
    """Whoever loads a bundle: the worker, the dashboard, the commands."""


Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class Case:
    """An input. `name` is the file's, for bundle files."""

    kind: Kind
    value: bytes
    key: bytes | None = None
    headers: Headers = ()
    timestamp: float | None = NOW.timestamp()
    name: str = ""

    @property
    def record(self) -> Record:
        """The input as a record of its request topic."""
        topic = BATCH_REQUESTS if self.kind is Kind.BLOCK else REQUESTS
        return Record(topic, 3, 7, self.timestamp, self.key, self.value, self.headers)  # type: ignore[arg-type]

    def save(self, folder: Path) -> Path:
        """Write the input into a folder, under a name made of its content."""
        content = msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"
        path = folder / f"{self.kind}-{hashlib.sha256(content).hexdigest()[:12]}.json"
        path.write_bytes(content)
        return path


def load(path: Path) -> Case:
    """Read an input of the corpus; bytes are base64."""
    return msgspec.json.decode(path.read_bytes(), type=Case)


def text_of(value: bytes) -> str:
    """Return bytes as a report may show them: all inputs are invented."""
    return base64.b64encode(value[:300]).decode()
