"""Reading one interactive request: either a valid wish, or the terminal answer that says what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from msgspec import UNSET

from contract.codes import ErrorCode
from contract.encoding import FeatureVector, RowEncoder
from contract.errors import MessageError
from contract.headers import get_header
from contract.messages import (
    DEFAULT_TTL_SECONDS,
    REQUEST_TYPE,
    DeadLetter,
    ErrorInfo,
    Expired,
    Failed,
    FieldError,
    NotScored,
    Rejected,
    ScoreRequest,
    decode_request,
)
from contract.pseudonyms import is_pseudonym
from contract.schema import FeatureSchema
from scorer.correlation import extract_correlation_ids
from scorer.dead_letters import dead_letter
from scorer.record import Record

ErrorResponse: TypeAlias = NotScored | DeadLetter

NOT_A_PSEUDONYM = ErrorInfo(
    ErrorCode.NOT_A_PSEUDONYM,
    "client_ref must be a pseudonym: 32 hexadecimal digits, after the key's id and a dash if any",
)

MAX_DETAIL_LENGTH = 300
"""Characters of an error's detail: the decoder quotes names of unknown fields, and those can be long."""


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A valid request. Without a row it is a recall."""

    request: ScoreRequest
    row: FeatureVector | None


class RequestParser:
    """Reads requests for one feature schema.

    With `pseudonyms_only` a client reference that may be a customer number is refused, and no answer repeats it.
    """

    def __init__(self, schema: FeatureSchema, *, pseudonyms_only: bool = False) -> None:
        self._encoder = RowEncoder(schema)
        self._pseudonyms_only = pseudonyms_only

    def read(self, record: Record, now: datetime) -> ParsedRequest | ErrorResponse:
        """Return what the record asks for, or why it gets no score. May raise on what nobody foresaw."""
        try:
            check_type(record, REQUEST_TYPE)
            request = decode_request(record.value)
            # Another key puts the client on another worker, whose cache would not know it.
            if record.key is not None and record.key != request.client_ref.encode():
                raise MessageError(ErrorCode.INVALID_MESSAGE, "the record's key must be client_ref")
        except MessageError as error:
            return self.error_response(record, Rejected, ErrorInfo(error.code, error.detail[:MAX_DETAIL_LENGTH]), now)
        if not self._may_echo(request.client_ref):
            return Rejected(request_id=request.request_id, client_ref=None, error=NOT_A_PSEUDONYM)
        if now > deadline(request, record, now):
            return error_result(
                Expired, request, ErrorInfo(ErrorCode.DEADLINE_EXCEEDED, "expired before it was processed (expires_at)")
            )
        if request.features is UNSET:
            return ParsedRequest(request, None)
        row, faults = self._encoder.encode(request.features)
        if faults:
            return error_result(Rejected, request, invalid_features(faults))
        return ParsedRequest(request, row)

    def error_response(
        self, record: Record, kind: type[Rejected] | type[Failed], error: ErrorInfo, now: datetime
    ) -> ErrorResponse:
        """Return the answer to a record that is not a readable request, or its dead letter when it has no way back."""
        who = extract_correlation_ids(record)
        if not who.has_return_address:
            return dead_letter(record, error.code, now)
        client_ref = who.client_ref if self._may_echo(who.client_ref) else None
        return kind(request_id=who.request_id, client_ref=client_ref, error=error, position=who.position)

    def _may_echo(self, client_ref: str | None) -> bool:
        return client_ref is None or not self._pseudonyms_only or is_pseudonym(client_ref)


def error_result(kind: type[NotScored], request: ScoreRequest, error: ErrorInfo) -> NotScored:
    """Return an answer without a score to a readable request."""
    return kind(request_id=request.request_id, client_ref=request.client_ref, error=error)


def invalid_features(faults: Sequence[FieldError]) -> ErrorInfo:
    """Return the error of a request whose features are at fault."""
    return ErrorInfo(ErrorCode.INVALID_FEATURES, f"{len(faults)} invalid feature(s)", tuple(faults))


def check_type(record: Record, expected: str) -> None:
    """Raise MessageError when the record says that it is another message, or another version. No header is fine."""
    if get_header(record.headers, "ce_type") not in (None, expected):
        raise MessageError(ErrorCode.UNSUPPORTED_VERSION, f"the ce_type header must be {expected}")


def deadline(request: ScoreRequest, record: Record, now: datetime) -> datetime:
    """Return until when the answer is worth sending: as asked, else a while after the broker received the record."""
    if request.expires_at is not UNSET:
        return request.expires_at
    # Nothing was received later than now: where the sender's clock counts, it may name a moment beyond all calendars.
    received = now if record.timestamp is None else datetime.fromtimestamp(min(record.timestamp, now.timestamp()), UTC)
    return received + timedelta(seconds=DEFAULT_TTL_SECONDS)
