"""Request records as a producer would send them, for tests that need no broker."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from contract.blocks import BlockInfo, encode_block
from contract.ids import new_request_id
from contract.topics import BATCH_REQUESTS, REQUESTS
from scorer.record import Record


def request_record(
    features: Any = None,
    *,
    client_ref: str = "c1",
    key: bytes | None = b"c1",
    at: datetime,
    headers: Sequence[tuple[str, bytes]] = (),
    **fields: Any,
) -> Record:
    """One interactive request; `fields` are added to the JSON, None leaves a field out."""
    message = {"request_id": new_request_id(), "client_ref": client_ref, "features": features, **fields}
    value = msgspec.json.encode({name: field for name, field in message.items() if field is not None})
    return raw_record(value, key=key, at=at, headers=headers)


def raw_record(
    value: bytes,
    *,
    key: bytes | None = b"c1",
    at: datetime,
    headers: Sequence[tuple[str, bytes]] = (),
    topic: str = REQUESTS,
    offset: int = 7,
) -> Record:
    return Record(topic, 3, offset, at.timestamp(), key, value, headers)


def block_batch(features: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """A record batch of requests, choices written as text."""
    names = sorted({name for row in features for name in row})
    columns: dict[str, Any] = {
        "request_id": [new_request_id() for _ in features],
        "client_ref": [f"c{i}" for i in range(len(features))],
    }
    for name in names:
        values = [row.get(name) for row in features]
        if any(isinstance(value, str) for value in values):
            values = [None if value is None else str(value) for value in values]
        columns[name] = values
    return pa.RecordBatch.from_pydict(columns)


def block_record(batch: pa.RecordBatch, *, expires_at: datetime, at: datetime, explain: bool = True) -> Record:
    info = BlockInfo("batch-1", "block-1", explain, expires_at)
    return raw_record(encode_block(info, batch), key=b"block-1", at=at, topic=BATCH_REQUESTS)
