"""Uploads of columns: Arrow IPC streams, a record batch at a time. No I/O but the `read` that is given."""

import struct
from collections.abc import Iterator

import pyarrow as pa

from contract.arrow import expand_views, is_compressed
from contract.codes import ErrorCode
from contract.column_encoding import is_text
from producers.gateway.batch.chunks import CLIENT_REF, RowChunk, chunks_from_record_batch
from producers.gateway.batch.text_readers import ReadChunk, check_columns
from producers.gateway.limits import MAX_ARROW_MESSAGE_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel

_ARROW_ERRORS = (pa.ArrowException, struct.error, OSError, ValueError, MemoryError)


CONTINUATION = b"\xff\xff\xff\xff"
"""What each message begins with, since 2019."""


class _BoundedStream:
    """A file for pyarrow to read from, never more at once than the limit of a message."""

    closed = False

    def __init__(self, read: ReadChunk) -> None:
        self._read_part = read
        self._buffer = bytearray()
        self._begun = False

    def read(self, size: int) -> bytes:
        if size > MAX_ARROW_MESSAGE_BYTES:
            detail = f"a record batch may have at most {MAX_ARROW_MESSAGE_BYTES} bytes"
            raise ProblemError(ErrorCode.BLOCK_TOO_LARGE, detail)
        while len(self._buffer) < size and (part := self._read_part()):
            self._buffer += part
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        if not self._begun and found not in (b"", CONTINUATION):
            raise _malformed()  # the next bytes would be read as the length of a message
        self._begun = True
        return found

    def close(self) -> None:
        """Nothing to close."""


def read_arrow(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read an Arrow IPC stream with the feature columns and, optionally, `client_ref`. Raises ProblemError.

    Unlike a text, which continues with the next line, a stream cannot be read past an error.
    """
    try:
        for number, batch in enumerate(_batches(read)):
            if number == 0:
                _check_schema(model, batch.schema)
            yield from chunks_from_record_batch(model, batch)
    except _ARROW_ERRORS:
        raise _malformed() from None


def _batches(read: ReadChunk) -> Iterator[pa.RecordBatch]:
    """Yield each record batch. Its message is read as a small stream of its own, after the schema and dictionaries."""
    schema, dictionaries = b"", [b""]
    for message in pa.ipc.MessageReader.open_stream(pa.PythonFile(_BoundedStream(read), mode="r")):
        written = message.serialize().to_pybytes()
        if is_compressed(written):
            raise ProblemError(ErrorCode.INVALID_BLOCK, "compressed buffers are not supported")
        if message.type == "schema":
            schema = written
        elif message.type == "dictionary":
            dictionaries.append(written)
            if sum(map(len, dictionaries)) > MAX_ARROW_MESSAGE_BYTES:
                raise ProblemError(ErrorCode.BLOCK_TOO_LARGE, "the dictionaries of the stream are too large")
        elif message.type == "record batch":
            with pa.ipc.open_stream(b"".join([schema, *dictionaries, written])) as reader:
                batch = reader.read_next_batch()
            batch.validate(full=True)
            yield expand_views(batch, MAX_ARROW_MESSAGE_BYTES)


def _check_schema(model: ServedModel, schema: pa.Schema) -> None:
    check_columns(model, schema.names)
    if CLIENT_REF in schema.names:
        kind = schema.field(CLIENT_REF).type
        if not is_text(kind):
            raise ProblemError(ErrorCode.INVALID_BLOCK, "the column client_ref must be text")


def _malformed() -> ProblemError:
    return ProblemError(ErrorCode.MALFORMED_MESSAGE, "the body is not an Arrow IPC stream")
