"""Dead letters: the trace of a record that cannot be answered, without anything it held."""

import hashlib
import hmac
import secrets
from datetime import datetime

from contract.codes import ErrorCode
from contract.messages import DeadLetter
from scorer.record import Record

_KEY = secrets.token_bytes(32)
"""Lives and dies with the process, whichever models it serves meanwhile."""


def dead_letter(record: Record, cause: ErrorCode, now: datetime) -> DeadLetter:
    """Return the dead letter of a record that cannot be answered."""
    return DeadLetter(
        cause=cause,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key_hash=hmac.new(_KEY, record.key or b"", hashlib.sha256).hexdigest(),
        occurred_at=now,
    )
