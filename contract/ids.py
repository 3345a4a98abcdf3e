"""Request ids, which sort by time, and the forms of identifiers on the wire."""

from uuid_utils import uuid7

UUID_PATTERN = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

MAX_CLIENT_REF_LENGTH = 128

CLIENT_REF_PATTERN = rf"^[^\x00-\x1f\x7f]{{1,{MAX_CLIENT_REF_LENGTH}}}$"
"""What may stand where a client reference is expected, in any regular expression engine; match all of a text by it."""


def new_request_id() -> str:
    """Return a fresh UUIDv7 (RFC 9562) as its 36-character text."""
    return str(uuid7())
