"""Record headers: CloudEvents 1.0 in binary mode (Kafka protocol binding) and W3C trace context."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from contract.ids import new_request_id

Headers: TypeAlias = list[tuple[str, bytes]]

JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"
JSON_LINES = "application/x-ndjson"
CSV = "text/csv"
PROBLEM_JSON = "application/problem+json"
"""Of problem details, RFC 9457."""

TRACE_HEADERS = ("traceparent", "tracestate")

MAX_TRACE_HEADER_BYTES = 512
"""W3C asks to pass on at least so much of a tracestate; a longer one may carry anything."""


def event_headers(
    type_: str,
    source: str,
    content_type: str = JSON,
    event_id: str | None = None,
    trace_from: Sequence[tuple[str, bytes]] = (),
) -> Headers:
    """Return the CloudEvents headers of a new event; `event_id` defaults to a fresh UUIDv7.

    `trace_from`: headers of the record that the event answers, whose trace context is passed on unchanged.
    """
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", (event_id or new_request_id()).encode()),
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_time", datetime.now(UTC).isoformat().encode()),
        ("content-type", content_type.encode()),
        *[
            (name, value)
            for name, value in trace_from
            if name in TRACE_HEADERS and value is not None and len(value) <= MAX_TRACE_HEADER_BYTES
        ],
    ]


def get_header(headers: Sequence[tuple[str, bytes]], name: str) -> str | None:
    """Return the last header of that name as text, or None when absent or not UTF-8."""
    for key, value in reversed(headers):
        if key == name and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None
