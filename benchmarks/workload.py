"""The requests that everyone gets: real clients of the UCI data, under references that no cache has seen."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa

from contract.blocks import MAX_BLOCK_ROWS, BlockInfo, encode_block
from contract.ids import new_request_id
from contract.messages import ScoreRequest, decode_request, encode
from training.dataset import Dataset

LIFETIME = timedelta(hours=1)
"""No request expires, however slow a contender is."""


@dataclass(frozen=True)
class BenchmarkRequest:
    """One record of a request topic, and the id that its answer carries."""

    id: str
    key: bytes
    value: bytes

    @property
    def body(self) -> bytes:
        """A single request as the HTTP gateway takes it."""
        request = decode_request(self.value)
        return msgspec.json.encode({"client_ref": request.client_ref, "features": request.features})


class Workload:
    """Makes requests. Every one has a reference of its own, so that each is scored anew."""

    def __init__(self, dataset: Dataset) -> None:
        self._names = dataset.schema.model_feature_names
        rows: list[dict[str, Any]] = dataset.frame[list(self._names)].to_dict("records")
        self._columns = pa.Table.from_pylist(rows).combine_chunks()
        self._rows = itertools.cycle(rows)
        self._numbers = itertools.count()

    def requests(self, n: int) -> list[BenchmarkRequest]:
        """Return n single requests with explanation."""
        return [self._request() for _ in range(n)]

    def blocks(self, n: int) -> list[BenchmarkRequest]:
        """Return n full blocks with explanation."""
        slices = self._slices()
        return [self._block(next(slices)) for _ in range(n)]

    def _request(self) -> BenchmarkRequest:
        request = ScoreRequest(
            request_id=new_request_id(),
            client_ref=self._reference(),
            features=next(self._rows),
            expires_at=datetime.now(UTC) + LIFETIME,
        )
        return BenchmarkRequest(request.request_id, request.client_ref.encode(), encode(request))

    def _block(self, clients: pa.RecordBatch) -> BenchmarkRequest:
        identities = {
            "request_id": pa.array([new_request_id() for _ in range(clients.num_rows)], pa.string()),
            "client_ref": pa.array([self._reference() for _ in range(clients.num_rows)], pa.string()),
        }
        columns = {**identities, **{name: clients.column(name) for name in self._names}}
        block_id = new_request_id()
        info = BlockInfo("benchmark", block_id, True, datetime.now(UTC) + LIFETIME)
        batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
        return BenchmarkRequest(block_id, block_id.encode(), encode_block(info, batch))

    def _slices(self) -> Iterator[pa.RecordBatch]:
        batches = self._columns.to_batches(max_chunksize=MAX_BLOCK_ROWS)
        full = [batch for batch in batches if batch.num_rows == MAX_BLOCK_ROWS]
        return itertools.cycle(full)

    def _reference(self) -> str:
        return f"{next(self._numbers):032x}"
