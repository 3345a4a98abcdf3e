"""Sealed records: opened before anything else looks at them, and their answers sealed after everything else is done."""

import logging
from dataclasses import replace
from functools import partial

from contract.codes import ErrorCode
from contract.headers import Headers
from contract.messages import ErrorInfo, Failed, Rejected
from contract.seal.envelope import SEALED_CONTENT_TYPE, is_sealed
from contract.seal.errors import SealError, UnknownSealingKeyError
from contract.seal.session import SealSession
from contract.seal.worker import WorkerKeyring
from contract.topics import DEAD_LETTERS, base_name
from scorer.faults import describe
from scorer.outgoing import Outgoing
from scorer.record import Record
from scorer.sealed import Opened, Shut

log = logging.getLogger(__name__)

_REQUIRED = ErrorInfo(ErrorCode.SEAL_REQUIRED, "this installation takes sealed payloads only, see docs/privacy.md")


def open_record(keys: WorkerKeyring, record: Record) -> Opened | Shut:
    """Open a record of a request topic. Never raises."""
    if not is_sealed(record.value):
        return Shut(record, Rejected, _REQUIRED)
    try:
        session, key, value = keys.open(base_name(record.topic), record.value)
    except SealError as error:
        kind = Failed if isinstance(error, UnknownSealingKeyError) else Rejected
        return Shut(_bare(record), kind, ErrorInfo(error.code, str(error)))
    except Exception as error:
        log.error("a sealed request could not be opened: %s", describe(error))
        return Shut(_bare(record), Failed, ErrorInfo(ErrorCode.UNKNOWN_SEALING_KEY, "the seal could not be opened"))
    return Opened(replace(record, key=key, value=value), partial(seal_answer, keys, session))


def _bare(record: Record) -> Record:
    """What a record shows in place of its key says nothing, and is nobody's reference."""
    return replace(record, key=None, value=b"")


def seal_answer(keys: WorkerKeyring, session: SealSession, answer: Outgoing) -> Outgoing:
    """Return the answer sealed for the requester. A dead letter stays as it is: it has no requester."""
    if answer.topic == DEAD_LETTERS:
        return answer
    instead = answer.instead
    return replace(
        answer,
        key=keys.blind_record_key(answer.key) if answer.key is not None else None,
        value=session.seal_answer(answer.topic, answer.value),
        headers=_sealed_headers(answer.headers),
        instead=(lambda: seal_answer(keys, session, instead())) if instead else None,
    )


def _sealed_headers(headers: Headers) -> Headers:
    return [(name, SEALED_CONTENT_TYPE.encode() if name == "content-type" else value) for name, value in headers]
