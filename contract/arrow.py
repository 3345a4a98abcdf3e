"""Arrow IPC streams from strangers: nothing is unpacked before its size is known.

A compressed stream of a few kilobytes can unpack to gigabytes, so it is refused by its messages' metadata alone.
pyarrow unpacks without asking and has no way to look; the field is read from the flatbuffer, which it has verified.
Layout: Message.fbs and Schema.fbs of the Arrow columnar format, flatbuffers internals.
"""

import struct

import numpy as np
import pyarrow as pa

_HEADER = 2
"""Message.header."""

_DATA = 1
"""DictionaryBatch.data: a record batch inside."""

_COMPRESSION = 3
"""RecordBatch.compression."""


def is_compressed(stream: bytes) -> bool:
    """Return whether any batch of an Arrow IPC stream is compressed. Raises pyarrow.ArrowException or struct.error."""
    return any(map(is_compressed_message, pa.ipc.MessageReader.open_stream(stream)))


def is_compressed_message(message: pa.ipc.Message) -> bool:
    """Return whether a message of a stream holds compressed buffers. Raises struct.error."""
    if message.type not in ("record batch", "dictionary"):
        return False
    metadata = message.metadata.to_pybytes()
    batch = _child(metadata, _follow(metadata, 0), _HEADER)
    if message.type == "dictionary" and batch is not None:
        batch = _child(metadata, batch, _DATA)
    return batch is not None and _child(metadata, batch, _COMPRESSION) is not None


def expand_views(batch: pa.RecordBatch, limit: int) -> pa.RecordBatch:
    """Return a batch with its text views, which Polars writes, as plain text, also inside dictionaries.

    Many views may name one long text, so the lengths are summed first. Raises pa.ArrowInvalid if they exceed `limit`
    bytes.
    """
    columns, size = batch.columns, 0
    for i, column in enumerate(columns):
        views = column.dictionary if pa.types.is_dictionary(column.type) else column
        if pa.types.is_string_view(views.type):
            size += _size_of_views(views)
            if size > limit:
                raise pa.ArrowInvalid(f"the texts have more than {limit} bytes")
            text = views.cast(pa.string())
            columns[i] = text if views is column else pa.DictionaryArray.from_arrays(column.indices, text)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names).replace_schema_metadata(batch.schema.metadata)


def _size_of_views(views: pa.Array) -> int:
    """Return the bytes of all texts. A view is 16 bytes, of which the first four are its length."""
    if not len(views):
        return 0
    lengths = np.frombuffer(views.buffers()[1], np.int32)[::4][views.offset : views.offset + len(views)]
    return int(lengths[views.is_valid().to_numpy(zero_copy_only=False)].sum(dtype=np.int64))


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
