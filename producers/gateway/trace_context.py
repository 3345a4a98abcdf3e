"""Request id and W3C trace context of a request. No I/O but random numbers."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from contract.headers import Headers
from contract.ids import new_request_id

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
"""What is echoed and logged: nothing that could break a line or a header."""

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_STATE = re.compile(r"[\x20-\x7e]{1,512}")


@dataclass(frozen=True)
class TraceContext:
    """The id of a request, as the caller gave it or fresh, and the trace context for what the gateway does."""

    request_id: str
    traceparent: str
    tracestate: str | None = None

    @property
    def kafka_headers(self) -> Headers:
        """The trace context as record headers."""
        headers = [("traceparent", self.traceparent.encode())]
        return headers + ([("tracestate", self.tracestate.encode())] if self.tracestate else [])


def trace_from_headers(headers: Mapping[str, str]) -> TraceContext:
    """Continue the caller's trace, or start one if there is none or it is invalid (W3C Trace Context 1).

    `headers` by lower-case names. The caller's request id only appears in responses and logs. The record on Kafka
    has its own id, so a repeated id cannot return the response of another request.
    """
    given = headers.get("x-request-id", "")
    request_id = given if REQUEST_ID.fullmatch(given) else new_request_id()
    span = secrets.token_hex(8)
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    if parent is None or not _is_valid(parent):
        return TraceContext(request_id, f"00-{secrets.token_hex(16)}-{span}-00")
    state = headers.get("tracestate", "")
    return TraceContext(request_id, f"00-{parent[2]}-{span}-{parent[4]}", state if _STATE.fullmatch(state) else None)


def _is_valid(parent: re.Match[str]) -> bool:
    version, trace, span, more = parent[1], parent[2], parent[3], parent[5]
    return version != "ff" and trace != "0" * 32 and span != "0" * 16 and not (version == "00" and more)
