"""Uploads: every format in and out, and what is invalid in one."""

import csv
import io
import json

import httpx
import pyarrow as pa
import pytest

from contract.blocks import MAX_BLOCK_ROWS
from contract.bundle import Bundle
from contract.headers import ARROW, CSV, JSON_LINES
from contract.messages import decode_result
from db.batches import recent_batches

pytestmark = pytest.mark.database

CLIENTS = 2_000

AT_A_TIME = 16
"""Single requests at a time."""


@pytest.fixture(scope="module")
def clients(people, bundle: Bundle):
    names = bundle.schema.model_feature_names
    return [(ref, {name: values[name] for name in names}) for ref, values in people[:CLIENTS]]


@pytest.fixture(scope="module")
def block(clients, bundle: Bundle) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"client_ref": ref, **features} for ref, features in clients])


def json_lines(rows) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def arrow_stream(batch: pa.RecordBatch, rows: int = MAX_BLOCK_ROWS, **options) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema, **options) as writer:
        writer.write_table(pa.Table.from_batches([batch]), max_chunksize=rows)
    return sink.getvalue()


def csv_text(clients) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["client_ref", *clients[0][1]])
    writer.writerows([ref, *features.values()] for ref, features in clients)
    return text.getvalue().encode()


def upload(http: httpx.Client, content, kind: str, accept: str | None = None, **params) -> httpx.Response:
    headers = {"Content-Type": kind} | ({"Accept": accept} if accept else {"Accept": "*/*"})
    return http.post("/batches", content=content, headers=headers, params=params)


def lines_of(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_what_is_wrong_with_a_row_does_not_touch_the_others(http: httpx.Client, clients):
    ref, features = clients[0]
    good = json.dumps({"client_ref": ref, "features": features}).encode()
    values = list(features.values())
    rows = [
        good,
        b"{",
        json.dumps({"features": {**features, "LIMIT_BAL": "much"}}).encode(),
        json.dumps({"features": {**features, "AGE_OF_THE_CAPTAIN": 1}}).encode(),
        json.dumps({"features": values}).encode(),
        json.dumps({"features": values[1:]}).encode(),
        json.dumps({"client_ref": "x" * 200, "features": features}).encode(),
        b'{"features": {"a": "' + b"x" * 70_000 + b'"}}',
        b"",
        good,
    ]
    lines = lines_of(upload(http, b"\r\n".join(rows), JSON_LINES))
    assert [line["error"]["code"] if "error" in line else line["status"] for line in lines] == [
        "scored", "malformed_message", "invalid_features", "invalid_features", "scored", "invalid_message",
        "invalid_message", "message_too_large", "scored",
    ]  # fmt: skip
    assert lines[2]["error"]["fields"][0] | {"detail": ""} == {"name": "LIMIT_BAL", "code": "wrong_type", "detail": ""}
    assert lines[0]["probability"] == lines[4]["probability"] == lines[8]["probability"]
    assert decode_result(json.dumps(lines[1]).encode()).status == "rejected"


def test_formats_can_be_mixed_and_explanations_left_out(http: httpx.Client, clients):
    answer = upload(http, csv_text(clients[:3]), CSV, f"{ARROW};q=0.4, application/x-ndjson", explain="false")
    assert answer.headers["content-type"] == JSON_LINES
    lines = lines_of(answer)
    assert [line["contributions"] for line in lines] == [[], [], []]
    table = pa.ipc.open_stream(upload(http, csv_text(clients[:3]), CSV, ARROW).content).read_all()
    assert table.column("probability").to_pylist() == [line["probability"] for line in lines]


def test_an_upload_of_nothing_gets_nothing(http: httpx.Client, block: pa.RecordBatch):
    assert upload(http, b"", JSON_LINES).content == b""
    assert upload(http, b"\n\n", CSV).content.count(b"\n") == 1
    empty = pa.ipc.open_stream(upload(http, arrow_stream(block.slice(0, 0)), ARROW).content).read_all()
    assert empty.num_rows == 0


@pytest.mark.parametrize(
    ("content", "kind", "accept", "status", "code"),
    [
        (b"client_ref,AGE_OF_THE_CAPTAIN\na,1\n", CSV, None, 422, "invalid_features"),
        (b"client_ref,LIMIT_BAL,LIMIT_BAL\na,1,1\n", CSV, None, 422, "invalid_block"),
        (b'"client_ref\n', CSV, None, 400, "malformed_message"),
        (b"no stream of arrows", ARROW, None, 400, "malformed_message"),
        (b"\xff\xff\xff\xff\xff\xff\xff\x7f", ARROW, None, 413, "block_too_large"),
        (b"{}", "application/json", None, 415, "unsupported_media_type"),
        (b"{}", JSON_LINES, "image/png", 406, "not_acceptable"),
        (b"{}", JSON_LINES, "application/x-ndjson;q=0", 406, "not_acceptable"),
    ],
    ids=["unknown", "twice", "header", "arrow", "declared-large", "type", "accept", "unwanted"],
)
def test_an_upload_that_cannot_be_read_is_refused(http, content, kind, accept, status, code):
    answer = upload(http, content, kind, accept)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_compressed_buffers_are_refused(http: httpx.Client, block: pa.RecordBatch):
    packed = arrow_stream(block, options=pa.ipc.IpcWriteOptions(compression="zstd"))
    answer = upload(http, packed, ARROW)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_block")


def test_an_upload_that_breaks_on_the_way_has_no_end(http: httpx.Client, block: pa.RecordBatch, engine):
    broken = arrow_stream(block, rows=1000)[:-600]
    with pytest.raises(httpx.RemoteProtocolError):
        upload(http, broken, ARROW)
    entry = recent_batches(engine, 1)[0]
    assert (entry.status, entry.scored) == ("aborted", 1000)


@pytest.mark.parametrize("ref", ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1'])
def test_no_client_reference_is_a_formula_in_csv(http: httpx.Client, clients, ref: str):
    rows = list(csv.DictReader(io.StringIO(upload(http, csv_text([(ref, clients[0][1])]), CSV).text)))
    assert rows[0]["client_ref"] == f"'{ref}"
    assert rows[0]["status"] == "scored"
