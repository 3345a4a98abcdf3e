"""What can stand in the way; each has its words and its way out in the message catalogues."""

from dataclasses import dataclass
from enum import StrEnum

from contract.messages import FieldError


class Problem(StrEnum):
    """One thing that can stand in the way."""

    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    TOO_BUSY = "too_busy"
    BROKER_AWAY = "broker_away"
    TOPICS_UNSAFE = "topics_unsafe"
    DATABASE_AWAY = "database_away"
    DATABASE_NOT_READY = "database_not_ready"
    CLIENT_GONE = "client_gone"
    NOT_RECORDED = "not_recorded"
    NO_MODEL = "no_model"
    OTHER_MODEL = "other_model"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class NotScored:
    """No score came back. `fields` names the features at fault, never their values."""

    problem: Problem
    fields: tuple[FieldError, ...] = ()
