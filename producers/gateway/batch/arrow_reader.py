"""Uploads of columns: Arrow IPC streams, a record batch at a time. No I/O but the `read` that is given."""

import struct
from collections.abc import Iterator

import pyarrow as pa

from contract.arrow import expand_views, is_compressed_message
from contract.codes import ErrorCode
from contract.column_encoding import is_text
from producers.gateway.batch.chunks import CLIENT_REF, RowChunk, chunks_from_record_batch
from producers.gateway.batch.text_readers import ReadChunk, check_column_count, check_columns
from producers.gateway.limits import MAX_ARROW_MESSAGE_BYTES, MAX_DICTIONARY_BYTES, MAX_SCHEMA_BYTES
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
            raise _too_large("a record batch", MAX_ARROW_MESSAGE_BYTES)
        while len(self._buffer) < size and (part := self._read_part()):
            self._buffer += part
        with memoryview(self._buffer) as held:
            found = bytes(held[:size])
        del self._buffer[:size]
        if not self._begun and found not in (b"", CONTINUATION):
            raise _malformed()  # the next bytes would be read as the length of a message
        self._begun = True
        return found

    def close(self) -> None:
        """Nothing to close."""


class _CheckedMessages:
    """The same stream as a file, message by message: what each may make of memory and time is known before it is read.

    One reader reads all of them, so that dictionaries are not read again for each record batch.
    """

    closed = False

    def __init__(self, read: ReadChunk) -> None:
        self._messages = pa.ipc.MessageReader.open_stream(pa.PythonFile(_BoundedStream(read), mode="r"))
        self._rest = memoryview(b"")
        self._dictionary_bytes = 0
        self.begun = False
        """Whether there was a message."""
        self.batch_bytes = 0
        """Of the message of the last record batch."""

    def read(self, size: int) -> memoryview:
        if not self._rest:
            try:
                self._rest = memoryview(self._check(next(self._messages)))
            except StopIteration:
                return self._rest
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        """Nothing to close."""

    def _check(self, message: pa.ipc.Message) -> pa.Buffer:
        self.begun = True
        written = message.serialize()
        if message.type == "schema" and written.size > MAX_SCHEMA_BYTES:
            raise _too_large("the schema", MAX_SCHEMA_BYTES)
        if is_compressed_message(message):
            raise ProblemError(ErrorCode.INVALID_BLOCK, "compressed buffers are not supported")
        if message.type == "dictionary":
            self._dictionary_bytes += written.size
            if self._dictionary_bytes > MAX_DICTIONARY_BYTES:
                raise _dictionaries_too_large()
        elif message.type == "record batch":
            self._dictionary_bytes = 0
            self.batch_bytes = written.size
        return written


def read_arrow(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read an Arrow IPC stream with the feature columns and, optionally, `client_ref`. Raises ProblemError.

    Unlike a text, which continues with the next line, a stream cannot be read past an error.
    """
    messages = _CheckedMessages(read)
    try:
        if not (reader := _open(messages)):
            return
        _check_schema(model, reader.schema)
        for batch in reader:
            # Columns of nothing but nulls take no bytes, and may claim any number of rows.
            if batch.num_rows > messages.batch_bytes:
                detail = "a record batch has more rows than bytes"
                raise ProblemError(ErrorCode.BLOCK_TOO_LARGE, detail)
            dictionaries = (column.dictionary for column in batch.columns if pa.types.is_dictionary(column.type))
            if sum(dictionary.nbytes for dictionary in dictionaries) > MAX_DICTIONARY_BYTES:
                raise _dictionaries_too_large()
            batch.validate(full=True)
            yield from chunks_from_record_batch(model, expand_views(batch, MAX_ARROW_MESSAGE_BYTES))
    except _ARROW_ERRORS:
        raise _malformed() from None


def _open(messages: _CheckedMessages) -> pa.RecordBatchStreamReader | None:
    """Return the reader of a stream, or None if there is nothing in it."""
    file = pa.PythonFile(messages, mode="r")
    try:
        return pa.ipc.open_stream(file)
    except _ARROW_ERRORS:
        if messages.begun:
            raise
        return None


def _check_schema(model: ServedModel, schema: pa.Schema) -> None:
    check_column_count(model, len(schema))
    check_columns(model, schema.names)
    if CLIENT_REF in schema.names:
        kind = schema.field(CLIENT_REF).type
        if not is_text(kind):
            raise ProblemError(ErrorCode.INVALID_BLOCK, "the column client_ref must be text")


def _too_large(what: str, limit: int) -> ProblemError:
    return ProblemError(ErrorCode.BLOCK_TOO_LARGE, f"{what} may have at most {limit:,} bytes")


def _dictionaries_too_large() -> ProblemError:
    return _too_large("the dictionaries of a record batch", MAX_DICTIONARY_BYTES)


def _malformed() -> ProblemError:
    return ProblemError(ErrorCode.MALFORMED_MESSAGE, "the body is not an Arrow IPC stream")
