"""The Python client of the batch lane: one block of clients, one future, one result block."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from contract.blocks import BLOCK_TYPE, BlockInfo, ResultInfo, decode_result_block, encode_block
from contract.codes import ErrorCode, Status
from contract.errors import MessageError
from contract.headers import ARROW, event_headers
from contract.ids import new_request_id
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES
from producers.client import REPLY_GRACE_SECONDS
from producers.metrics import Lane, RequesterMetrics
from producers.record import RequestRecord
from producers.request_reply import RequestReplyClient, RequestReplySpec

ResultBlock: TypeAlias = tuple[ResultInfo, pa.RecordBatch]


class BlockClient:
    """Requests the scores of whole blocks, at most `max_blocks_in_flight` at a time.

    `metrics`: counts its requests, together with those of other clients. Raises on construction TopicError if a topic
    keeps data for too long, and BrokerUnavailableError.
    """

    def __init__(self, config: Settings, source: str, metrics: RequesterMetrics | None = None) -> None:
        self._source = source
        self._ttl = config.request_ttl_seconds
        self._requests: RequestReplyClient[ResultBlock] = RequestReplyClient(
            config, _SPEC, config.max_blocks_in_flight, metrics
        )

    def submit(
        self,
        batch_id: str,
        clients: pa.RecordBatch,
        features: Sequence[str],
        explain: bool,
        trace: Sequence[tuple[str, bytes]] = (),
    ) -> Future[ResultBlock]:
        """Publish the `features` columns of at most 1,024 clients, with a fresh request id for each.

        `clients` has `client_ref` and a column per feature. `trace`: W3C trace context for the record's headers. The
        future raises ResponseTimeoutError, ClientClosedError or BrokerUnavailableError. Raises TooManyInFlightError
        while `max_blocks_in_flight` blocks stay unanswered.
        """
        block_id = new_request_id()
        expires_at = datetime.now(UTC) + timedelta(seconds=self._ttl)
        info = BlockInfo(batch_id, block_id, explain, expires_at)
        value = encode_block(info, _with_request_ids(clients, features))
        headers = [*event_headers(BLOCK_TYPE, self._source, ARROW, event_id=block_id), *trace]
        return self._requests.publish(
            RequestRecord(block_id, block_id, value, headers, clients.num_rows), self._ttl + REPLY_GRACE_SECONDS
        )

    def close(self) -> None:
        """Fail every pending block with ClientClosedError and disconnect."""
        self._requests.close()

    def __enter__(self) -> "BlockClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _with_request_ids(clients: pa.RecordBatch, features: Sequence[str]) -> pa.RecordBatch:
    columns = {
        "request_id": pa.array([new_request_id() for _ in range(clients.num_rows)], pa.string()),
        "client_ref": clients.column("client_ref"),
        **{name: clients.column(name) for name in features},
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _correlation_id(value: bytes) -> str | None:
    try:
        with pa.ipc.open_stream(value) as reader:
            block_id: bytes = (reader.schema.metadata or {}).get(b"block_id", b"")
            return block_id.decode()
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        return None


def _error_code(value: bytes) -> ErrorCode | None:
    try:
        _, answers = decode_result_block(value)
    except MessageError:
        return None
    [only, *others] = set(answers.column("error_code").to_pylist()) or {None}
    return None if others or only is None else ErrorCode(only)


def _outcomes(result: ResultBlock, requests: int) -> Mapping[str, int]:
    statuses = result[1].column("status")
    if len(statuses) == 1:  # also where the block as a whole could not be read: one row stands for all
        return {str(Status(statuses[0].as_py())): requests}
    counts = pc.value_counts(statuses).to_pylist()
    return {str(Status(entry["values"])): entry["counts"] for entry in counts}


_SPEC = RequestReplySpec(
    Lane.BATCH, BATCH_REQUESTS, BATCH_RESPONSES, _correlation_id, decode_result_block, _error_code, _outcomes
)
