"""A record is checked as a worker would check it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa
import pytest

from contract.blocks import BLOCK_TYPE, BlockInfo, encode_block
from contract.codes import ErrorCode
from contract.ids import new_request_id
from contract.messages import REQUEST_TYPE
from contract.topics import BATCH_REQUESTS, REQUESTS
from producers.dead_letters import redrive_blocker

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def request(**fields: object) -> bytes:
    return msgspec.json.encode({"request_id": new_request_id(), "client_ref": "c", "features": {}, **fields})


def block(expires_at: datetime) -> bytes:
    return encode_block(
        BlockInfo("batch", "block", True, expires_at),
        pa.RecordBatch.from_pydict({"request_id": [new_request_id()], "client_ref": ["c"]}),
    )


@pytest.mark.parametrize(
    ("topic", "value", "headers", "fault"),
    [
        (REQUESTS, request(), [], None),
        (REQUESTS, request(), [("ce_type", REQUEST_TYPE.encode())], None),
        (REQUESTS, request(), [("ce_type", b"neoscore.score.request.v9")], ErrorCode.UNSUPPORTED_VERSION),
        (REQUESTS, request(expires_at=NOW + timedelta(seconds=1)), [], None),
        (REQUESTS, request(expires_at=NOW - timedelta(seconds=1)), [], ErrorCode.DEADLINE_EXCEEDED),
        (REQUESTS, b"\xff\xfe", [], ErrorCode.MALFORMED_MESSAGE),
        (REQUESTS, None, [], ErrorCode.MALFORMED_MESSAGE),
        (REQUESTS, b"{}", [], ErrorCode.INVALID_MESSAGE),
        (BATCH_REQUESTS, block(NOW + timedelta(seconds=1)), [("ce_type", BLOCK_TYPE.encode())], None),
        (BATCH_REQUESTS, block(NOW - timedelta(seconds=1)), [], ErrorCode.DEADLINE_EXCEEDED),
        (BATCH_REQUESTS, b"no arrow", [], ErrorCode.MALFORMED_MESSAGE),
        (BATCH_REQUESTS, request(), [("ce_type", REQUEST_TYPE.encode())], ErrorCode.UNSUPPORTED_VERSION),
    ],
)
def test_a_record_is_judged_as_a_worker_would(topic, value, headers, fault) -> None:
    assert redrive_blocker(topic, value, headers, NOW) == fault
