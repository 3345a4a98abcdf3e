"""Uploads of columns: Arrow IPC streams, a record batch at a time. No I/O but the `read` that is given."""

import struct
from collections.abc import Iterator

import pyarrow as pa

from contract.arrow import is_compressed
from contract.codes import ErrorCode
from producers.gateway.batch.chunks import CLIENT_REF, RowChunk, chunks_from_record_batch
from producers.gateway.batch.text_readers import ReadChunk, check_columns
from producers.gateway.limits import MAX_ARROW_MESSAGE_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel

_ARROW_ERRORS = (pa.ArrowException, struct.error, OSError, ValueError, MemoryError)


CONTINUATION = b"\xff\xff\xff\xff"
"""What each message begins with, since 2019."""


class _BoundedStream:
    """What pyarrow reads from as if it were a file: never more at once than a message may have."""

    closed = False

    def __init__(self, read: ReadChunk) -> None:
        self._read_piece = read
        self._pieces = bytearray()
        self._begun = False

    def read(self, size: int) -> bytes:
        if size > MAX_ARROW_MESSAGE_BYTES:
            detail = f"a record batch may have at most {MAX_ARROW_MESSAGE_BYTES} bytes"
            raise ProblemError(ErrorCode.BLOCK_TOO_LARGE, detail)
        while len(self._pieces) < size and (piece := self._read_piece()):
            self._pieces += piece
        found = bytes(self._pieces[:size])
        del self._pieces[:size]
        if not self._begun and found not in (b"", CONTINUATION):
            raise _malformed()  # what follows would be taken for the length of a message, and be any number
        self._begun = True
        return found

    def close(self) -> None:
        """Nothing to close."""


def read_arrow(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read an Arrow IPC stream with the columns `client_ref`, if wanted, and features. Raises ProblemError.

    A stream cannot be read on once something in it is broken, as a text can from the next line.
    """
    try:
        for number, batch in enumerate(_batches(read)):
            if number == 0:
                _check_schema(model, batch.schema)
            yield from chunks_from_record_batch(model, batch)
    except _ARROW_ERRORS:
        raise _malformed() from None


def _batches(read: ReadChunk) -> Iterator[pa.RecordBatch]:
    """Give each record batch. Its message is read as a small stream of its own, after those it builds upon."""
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
            yield batch


def _check_schema(model: ServedModel, schema: pa.Schema) -> None:
    check_columns(model, schema.names)
    if CLIENT_REF in schema.names:
        kind = schema.field(CLIENT_REF).type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise ProblemError(ErrorCode.INVALID_BLOCK, "the column client_ref must be text")


def _malformed() -> ProblemError:
    return ProblemError(ErrorCode.MALFORMED_MESSAGE, "the body is not an Arrow IPC stream")
