"""Uploads: every format in and out, in order, whatever is wrong with a row; and the same numbers as on Kafka."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pyarrow as pa
import pytest

from contract.blocks import MAX_BLOCK_ROWS
from contract.bundle import Bundle
from contract.headers import ARROW, CSV, JSON_LINES
from contract.settings import Settings
from db.batches import recent_batches
from producers.block_client import BlockClient
from producers.client import ScoreClient

pytestmark = [pytest.mark.broker, pytest.mark.database]

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


def test_every_way_gives_the_same_numbers_to_the_last_bit(
    kafka_http: httpx.Client, answering: Settings, clients, block: pa.RecordBatch, bundle: Bundle, engine, access_log
):
    sent = json_lines({"client_ref": ref, "features": features} for ref, features in clients)
    lines = lines_of(upload(kafka_http, sent, JSON_LINES))
    assert [line["client_ref"] for line in lines] == [ref for ref, _ in clients]
    assert access_log.entries() == [
        ("loan-desk", "service", "", "gateway_batch", "started"),
        ("loan-desk", "service", "", "gateway_batch", "scored"),
        ("loan-desk", "service", "", "gateway_batch", "finished"),
    ]
    entry = recent_batches(engine, 1)[0]
    assert (entry.status, entry.requested, entry.scored) == ("finished", CLIENTS, CLIENTS)
    expected = np.array([line["probability"] for line in lines])
    told = {line["client_ref"]: (line["probability"], line["contributions"], line["reasons"]) for line in lines}

    with ScoreClient(answering, "/test") as client:
        futures = [client.submit(ref, features) for ref, features in clients]
        stream = [future.result() for future in futures]
    assert [scored.probability for scored in stream] == expected.tolist()
    assert all(
        told[scored.client_ref]
        == (
            scored.probability,
            [{name: getattr(c, name) for name in c.__struct_fields__} for c in scored.contributions],
            list(scored.reasons),
        )
        for scored in stream
    )

    with BlockClient(answering, "/test") as blocks:
        parts = [block.slice(start, MAX_BLOCK_ROWS) for start in range(0, CLIENTS, MAX_BLOCK_ROWS)]
        futures = [blocks.submit("b", part, bundle.schema.model_feature_names, True) for part in parts]
        batch = np.concatenate([future.result()[1].column("probability").to_numpy() for future in futures])
    assert batch.tolist() == expected.tolist()

    arrow = upload(kafka_http, arrow_stream(block, rows=700), ARROW)
    table = pa.ipc.open_stream(arrow.content).read_all()
    assert table.column("probability").to_pylist() == expected.tolist()
    assert json.loads(table.schema.metadata[b"features"]) == list(bundle.schema.model_feature_names)

    as_csv = list(csv.DictReader(io.StringIO(upload(kafka_http, csv_text(clients), CSV).text)))
    assert [float(row["probability"]) for row in as_csv] == expected.tolist()
    assert [row["client_ref"] for row in as_csv] == [ref for ref, _ in clients]
    names = bundle.schema.model_feature_names
    assert [[float(row[f"log_odds.{name}"]) for name in names] for row in as_csv] == table.column(
        "log_odds"
    ).to_pylist()

    def predict(client) -> float:
        asked = {"client_ref": client[0], "features": client[1], "explain": False}
        return kafka_http.post("/predict", json=asked).json()["probability"]

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        assert list(pool.map(predict, clients)) == expected.tolist()


def test_a_row_is_answered_like_a_single_request(kafka_http: httpx.Client, clients):
    _, features = clients[1]
    faults = [{"PAY_0": 99}, {"LIMIT_BAL": None}, {"LIMIT_BAL": -5.0}, {"AGE": 30.5, "PAY_0": [1]}]
    for fault in faults:
        asked = {"client_ref": "one", "features": {**features, **fault}}
        [line] = lines_of(upload(kafka_http, json_lines([asked]), JSON_LINES))
        problem = kafka_http.post("/predict", json=asked).json()
        if "error" in line:
            assert (line["error"]["code"], line["error"]["fields"]) == (problem["code"], problem["fields"])
        else:
            assert line["probability"] == problem["probability"]


def test_a_value_is_the_same_in_every_type_and_at_every_door(kafka_http: httpx.Client, clients, bundle: Bundle):
    some = clients[:40]
    sent = json_lines({"client_ref": ref, "features": features} for ref, features in some)
    expected = [line["probability"] for line in lines_of(upload(kafka_http, sent, JSON_LINES))]
    names = bundle.schema.model_feature_names
    refs = pa.array([ref for ref, _ in some], pa.string_view())

    def table(columns: dict[str, pa.Array]) -> pa.RecordBatch:
        return pa.RecordBatch.from_pydict({"client_ref": refs, **columns})

    numbers = {name: [features[name] for _, features in some] for name in names}
    whole = {name: pa.array(column, pa.float64()).cast(pa.int64()) for name, column in numbers.items()}
    texts = {name: pa.array(map(str, column), pa.string_view()) for name, column in numbers.items()}
    for batch in (
        table({name: column.cast(pa.decimal128(19, 0)) for name, column in whole.items()}),
        table({name: column.cast(pa.int32()).dictionary_encode() for name, column in whole.items()}),
        table(texts),
        table({name: column.cast(pa.string()).dictionary_encode() for name, column in texts.items()}),
    ):
        answer = upload(kafka_http, arrow_stream(batch, rows=15), ARROW)
        assert pa.ipc.open_stream(answer.content).read_all().column("probability").to_pylist() == expected
    as_text = {"client_ref": some[0][0], "features": {name: column[0].as_py() for name, column in texts.items()}}
    assert kafka_http.post("/predict", json=as_text).json()["probability"] == expected[0]
