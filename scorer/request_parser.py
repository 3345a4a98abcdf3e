"""Reading one interactive request: either a valid one, or the terminal answer that says what is wrong with it."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import UNSET

from contract.codes import ErrorCode
from contract.encoding import FeatureVector, RowEncoder, invalid_features
from contract.errors import MessageError
from contract.headers import get_header
from contract.messages import (
    DEFAULT_TTL_SECONDS,
    MAX_DETAIL_LENGTH,
    REQUEST_TYPE,
    ErrorInfo,
    Expired,
    Failed,
    Rejected,
    ScoreRequest,
    decode_request,
)
from contract.pseudonyms import is_pseudonym
from contract.schema import FeatureSchema
from scorer.error_results import (
    EXPIRED,
    INTERNAL_ERROR,
    NOT_A_PSEUDONYM,
    ErrorResponse,
    dead_letter,
    error_result,
    extract_correlation_ids,
)
from scorer.logs import describe_exception
from scorer.record import Record

log = logging.getLogger(__name__)


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

    def parse(self, record: Record, now: datetime) -> ParsedRequest | ErrorResponse:
        """Return what the record asks for, or why it gets no score. Never raises."""
        try:
            check_type(record, REQUEST_TYPE)
            request = decode_request(record.value)
            # Another key puts the client on another worker, whose cache would not know it.
            if record.key is not None and record.key != request.client_ref.encode():
                raise MessageError(ErrorCode.INVALID_MESSAGE, "the record's key must be client_ref")
            if self._pseudonyms_only and not is_pseudonym(request.client_ref):
                return Rejected(request_id=request.request_id, client_ref=None, error=NOT_A_PSEUDONYM)
            if now > deadline(request, record, now):
                return error_result(Expired, request, EXPIRED)
            if request.features is UNSET:
                return ParsedRequest(request, None)
            row, faults = self._encoder.encode(request.features)
            if faults:
                return error_result(Rejected, request, invalid_features(faults))
            return ParsedRequest(request, row)
        except MessageError as error:
            return self.error_response(record, Rejected, ErrorInfo(error.code, error.detail[:MAX_DETAIL_LENGTH]), now)
        except Exception as error:
            log.error("failed to parse a request: %s", describe_exception(error))
            return self.error_response(record, Failed, INTERNAL_ERROR, now)

    def error_response(
        self, record: Record, kind: type[Rejected] | type[Failed], error: ErrorInfo, now: datetime
    ) -> ErrorResponse:
        """Return the answer to a record that is not a readable request, or its dead letter when it has no way back."""
        who = extract_correlation_ids(record)
        if not who.has_return_address:
            return dead_letter(record, error.code, now)
        client_ref = who.client_ref
        if self._pseudonyms_only and client_ref is not None and not is_pseudonym(client_ref):
            client_ref = None
        return kind(request_id=who.request_id, client_ref=client_ref, error=error, position=who.position)


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
