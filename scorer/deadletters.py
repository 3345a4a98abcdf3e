"""Dead letters: the trace of a record that cannot be answered, without anything it held."""

import hashlib
import hmac
import secrets
from datetime import datetime

from contract.codes import ErrorCode
from contract.messages import DeadLetter
from scorer.record import Record


class DeadLetters:
    """Writes dead letters under a key that lives and dies with the process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def write(self, record: Record, cause: ErrorCode, now: datetime) -> DeadLetter:
        """Return the dead letter of a record that cannot be answered."""
        digest = hmac.new(self._key, record.key or b"", hashlib.sha256).hexdigest()
        return DeadLetter(
            cause=cause,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key_hash=digest,
            at=now,
        )
