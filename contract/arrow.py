"""Arrow IPC streams from strangers: told apart before anything is unpacked.

A compressed stream of a few kilobytes can unpack to gigabytes, so it is refused by its messages' metadata alone.
pyarrow unpacks without asking and has no way to look; the field is read from the flatbuffer, which it has verified.
Layout: Message.fbs and Schema.fbs of the Arrow columnar format, flatbuffers internals.
"""

import struct
from collections.abc import Iterator

import pyarrow as pa

_HEADER = 2
"""Message.header."""

_DATA = 1
"""DictionaryBatch.data: a record batch inside."""

_COMPRESSION = 3
"""RecordBatch.compression."""


def is_compressed(stream: bytes) -> bool:
    """Return whether any batch of an Arrow IPC stream is compressed. Raises pyarrow.ArrowException or struct.error."""
    return any(_is_compressed(metadata, kind) for kind, metadata in _messages(stream))


def _messages(stream: bytes) -> Iterator[tuple[str, bytes]]:
    reader = pa.ipc.MessageReader.open_stream(stream)
    for message in reader:
        yield message.type, message.metadata.to_pybytes()


def _is_compressed(metadata: bytes, kind: str) -> bool:
    if kind not in ("record batch", "dictionary"):
        return False
    batch = _child(metadata, _follow(metadata, 0), _HEADER)
    if kind == "dictionary" and batch is not None:
        batch = _child(metadata, batch, _DATA)
    return batch is not None and _child(metadata, batch, _COMPRESSION) is not None


def _child(buffer: bytes, table: int, field: int) -> int | None:
    """Return where the table in a table's field begins, or None when the field is not set."""
    vtable = table - struct.unpack_from("<i", buffer, table)[0]
    slot = 4 + 2 * field
    if slot >= struct.unpack_from("<H", buffer, vtable)[0]:
        return None
    offset = struct.unpack_from("<H", buffer, vtable + slot)[0]
    return _follow(buffer, table + offset) if offset else None


def _follow(buffer: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", buffer, at)[0])
