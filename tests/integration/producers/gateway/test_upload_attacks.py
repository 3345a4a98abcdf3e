"""Uploads that would hold the gateway: by what is in them, by how slowly they come, by how many one caller has."""

import io
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pyarrow as pa
import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.headers import ARROW, CSV, JSON_LINES
from producers.gateway.limits import MAX_UPLOADS_PER_CALLER
from tests.integration.producers.gateway.conftest import (
    RESPONSE_SECONDS,
    UPLOAD_MINUTES,
    RunningGateway,
    running_gateway,
)
from tests.support.fake_issuer import running_issuer
from tests.support.gateway import start_memory_gateway
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

LONGEST_DELAY_SECONDS = "0.05"
"""For which the event loop may be held: a bucket of the metric."""

ANSWER_BYTES = 2_000_000
"""More than any of these uploads may be answered with; one of 12.7 MB was once answered with 100 MB."""


@dataclass(frozen=True)
class Attack:
    """An upload, and the code of its problem or of each of its rows."""

    media_type: str
    content: Callable[[], bytes]
    code: str


def json_lines(row: object, times: int = 200) -> bytes:
    return b"\n".join([json.dumps(row, separators=(",", ":")).encode()] * times)


def arrow(*batches: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def columns(names: list[str], column: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([column] * len(names), names=names)


def with_dictionary(rows: int) -> bytes:
    """Record batches of a row, each with a dictionary of a hundred thousand entries."""
    levels = pa.array([f"{number:08}" for number in range(100_000)])
    column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), levels)
    return arrow(*[columns(["AGE"], column)] * rows)


UPLOADS = {
    "thousands of unknown names in each row": Attack(
        JSON_LINES, lambda: json_lines({"features": {f"x{n:04}": 1 for n in range(5_500)}}), "invalid_features"
    ),
    "as many faults as there are features": Attack(
        JSON_LINES, lambda: json_lines({"features": {}}, 1_000), "invalid_features"
    ),
    "digits and a letter": Attack(
        JSON_LINES, lambda: json_lines({"features": {"AGE": "1" * 60_000 + "x"}}), "invalid_features"
    ),
    "a value of thousands of lists": Attack(
        JSON_LINES, lambda: json_lines({"features": {"AGE": [[]] * 15_000}}), "invalid_features"
    ),
    "lists in lists": Attack(
        JSON_LINES, lambda: b"\n".join([b'{"features":{"AGE":' + b"[" * 60_000] * 200), "malformed_message"
    ),
    "an unknown field with a long name": Attack(
        JSON_LINES, lambda: json_lines({"x" * 60_000: 1}, 50), "invalid_message"
    ),
    "thousands of lines of nothing": Attack(JSON_LINES, lambda: b"{\n" * 10_000, "malformed_message"),
    "a list of thousands of values": Attack(
        JSON_LINES, lambda: json_lines({"features": [1] * 20_000}), "invalid_message"
    ),
    "a header of one name": Attack(CSV, lambda: b",".join([b"AGE"] * 15_500) + b"\n", "invalid_features"),
    "a header of names of one letter": Attack(CSV, lambda: b",".join([b"a"] * 31_000) + b"\n", "invalid_features"),
    "a header of no names": Attack(CSV, lambda: b"AGE" + b"," * 60_000 + b"\n", "invalid_features"),
    "a header of a name of spaces": Attack(CSV, lambda: b"AGE,a" + b" " * 60_000 + b"b\n", "malformed_message"),
    "a header of accents": Attack(
        CSV, lambda: b"AGE,a" + "\u0301\u0316".encode() * 15_000 + b"\n", "malformed_message"
    ),
    "a header of thousands of lines": Attack(CSV, lambda: b'"' + b"a\n" * 60_000, "malformed_message"),
    "cells of digits and a letter": Attack(
        CSV, lambda: b"AGE\n" + b"\n".join([b"1" * 60_000 + b"x"] * 100), "invalid_features"
    ),
    "cells of points and commas": Attack(
        CSV, lambda: b"AGE;SEX\n" + b"\n".join([b"1.,'" * 15_000 + b";1"] * 100), "invalid_features"
    ),
    "rows of thousands of cells": Attack(
        CSV, lambda: b"AGE\n" + b"\n".join([b"," * 60_000] * 100), "malformed_message"
    ),
    "thousands of columns of one name": Attack(
        ARROW, lambda: arrow(columns(["AGE"] * 60_000, pa.array([1]))), "block_too_large"
    ),
    "hundreds of columns of one name": Attack(
        ARROW, lambda: arrow(columns(["AGE"] * 300, pa.array([1]))), "invalid_features"
    ),
    "a billion rows that take no bytes": Attack(
        ARROW, lambda: arrow(columns(["AGE"], pa.nulls(10**9))), "block_too_large"
    ),
    "a large dictionary for each row": Attack(ARROW, lambda: with_dictionary(200), "scored"),
    "a record batch for each row": Attack(ARROW, lambda: arrow(*[columns(["AGE"], pa.array([30]))] * 300), "scored"),
}


@pytest.fixture(scope="module")
def attacked(no_broker, bundle, clients_url, log_folder) -> Iterator[RunningGateway]:
    """A gateway that nobody else uses, so that its longest delay is of these tests."""
    log = log_folder / "gateway-upload-attacks.log"
    with running_issuer() as issuer:
        env = {"database_url": clients_url, "oidc_issuer": issuer.address}
        with running_gateway(*start_memory_gateway(no_broker, bundle, log, **env), issuer, log) as gateway:
            yield gateway


def caller(gateway: RunningGateway, name: str) -> httpx.Client:
    return gateway.client(gateway.issuer.token(sub=name))


def upload(http: httpx.Client, attack: Attack) -> httpx.Response:
    headers = {"Content-Type": attack.media_type, "Accept": JSON_LINES}
    return http.post("/batches", content=attack.content(), headers=headers)


def codes_of(answer: httpx.Response) -> set[str]:
    if answer.status_code != 200:
        return {answer.json()["code"]}
    lines = map(json.loads, answer.text.splitlines())
    return {line["error"]["code"] if "error" in line else line["status"] for line in lines}


def delays(http: httpx.Client) -> dict[str, float]:
    """Upper bound → how often the event loop was held for at most so many seconds."""
    families = text_string_to_metric_families(http.get("/metrics").text)
    family = next(each for each in families if each.name == "neoscore_gateway_event_loop_delay_seconds")
    return {each.labels["le"]: each.value for each in family.samples if each.name.endswith("_bucket")}


def held(http: httpx.Client) -> float:
    """How often the event loop was held for longer than it may be."""
    found = delays(http)
    return found["+Inf"] - found[LONGEST_DELAY_SECONDS]


@pytest.mark.parametrize("name", UPLOADS)
def test_an_upload_of_much_work_is_refused_briefly(attacked: RunningGateway, name: str):
    attack = UPLOADS[name]
    with caller(attacked, "attacker") as http:
        answer = upload(http, attack)
    assert codes_of(answer) == {attack.code}
    assert len(answer.content) < ANSWER_BYTES


def test_all_of_them_at_once_hold_nobody_up(attacked: RunningGateway):
    with ThreadPoolExecutor(4) as pool, caller(attacked, "watcher") as watcher:
        before = held(watcher)

        def attack(number: int) -> None:
            with caller(attacked, f"attacker-{number}") as http:
                for each in list(UPLOADS.values())[number % 2 :: 2]:
                    upload(http, each)

        running = [pool.submit(attack, number) for number in range(4)]
        while not all(each.done() for each in running):
            assert watcher.get("/healthz").status_code == 200
        for each in running:
            each.result()
        assert held(watcher) == before, delays(watcher)
    assert "ERROR" not in attacked.log.read_text()


def open_upload(gateway: RunningGateway, name: str, body: bytes, kind: str = CSV) -> socket.socket:
    """Begin an upload whose body does not end."""
    place = urlsplit(gateway.url)
    connection = socket.create_connection((place.hostname, place.port), timeout=RESPONSE_SECONDS)
    head = (
        f"POST /batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.issuer.token(sub=name)}\r\n"
        f"Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    connection.sendall(head.encode() + chunk(body))
    return connection


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def test_one_caller_cannot_hold_all_slots(attacked: RunningGateway):
    small = Attack(CSV, lambda: b"AGE\nx\n", "invalid_features")
    holding = [open_upload(attacked, "greedy", b"AGE\n") for _ in range(MAX_UPLOADS_PER_CALLER)]
    try:
        with caller(attacked, "greedy") as greedy, caller(attacked, "other") as other:
            wait_until(lambda: upload(greedy, small).status_code == 429, otherwise="a third upload was accepted")
            answer = upload(greedy, small)
            if answer.status_code == 429:  # the others may have come to their end meanwhile
                assert answer.json()["code"] == "too_many_uploads"
                assert int(answer.headers["retry-after"]) > 0
            assert codes_of(upload(other, small)) == {"invalid_features"}
    finally:
        for connection in holding:
            connection.close()


def test_an_upload_that_takes_too_long_is_ended(impatient: RunningGateway):
    """Whatever is sent meanwhile: each of these arrives fast enough to be waited for."""
    with open_upload(impatient, "patient", b"AGE\n") as connection:
        answer = b""
        connection.settimeout(0.1)
        while b"}" not in answer:
            try:
                if not (part := _receive(connection)):
                    break
                answer += part
            except TimeoutError:
                with suppress(ConnectionError):
                    connection.sendall(chunk(b"x" * 4_000 + b"\n"))
    assert answer.startswith(b"HTTP/1.1 408")
    assert f"at most {UPLOAD_MINUTES:g} minutes".encode() in answer


def test_an_upload_that_takes_too_long_after_its_first_results_has_no_end(impatient: RunningGateway):
    rows = b'{"features": {}}\n' * 1_100
    with open_upload(impatient, "patient", rows, JSON_LINES) as connection:
        answer = b""
        while part := _receive(connection):
            answer += part
    if not answer.startswith(b"HTTP/1.1 408"):  # on a busy machine the time is over before the first results
        assert answer.startswith(b"HTTP/1.1 200")
        assert not answer.endswith(b"0\r\n\r\n")


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionError:
        return b""


CHUNKED = (
    b"POST /batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: text/csv\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)

FRAMINGS = {
    "a trailer": (b"4\r\nAGE\n\r\n0\r\nX-More: 1\r\n\r\n", b"400"),
    "trailers without an end": (b"4\r\nAGE\n\r\n0\r\n" + b"X-More: 1\r\n" * 10_000, b"400"),
    "a long extension": (b"4;x=" + b"y" * 100_000 + b"\r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "extensions of many chunks": ((b"1;x=" + b"y" * 1_000 + b"\r\n1\r\n") * 200 + b"0\r\n\r\n", b"400"),
    "a size of thousands of digits": (b"0" * 100_000 + b"4\r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "a size beyond all numbers": (b"f" * 17 + b"\r\nAGE\n", b"400"),
    "a size with a sign": (b"+4\r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "a size with a prefix": (b"0x4\r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "a size with a space": (b"4 \r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "a chunk longer than its size": (b"3\r\nAGE\n\r\n0\r\n\r\n", b"400"),
    "chunks of a byte": (b"4\r\nAGE\n\r\n" + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n", b"200"),
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_chunks_that_two_servers_could_read_differently_are_refused(attacked: RunningGateway, name: str):
    body, status = FRAMINGS[name]
    place = urlsplit(attacked.url)
    token = attacked.issuer.token(sub="framing").encode()
    with (
        caller(attacked, "watcher") as watcher,
        socket.create_connection((place.hostname, place.port), 60) as connection,
    ):
        before = held(watcher)
        with suppress(ConnectionError):  # refused before the end
            connection.sendall(CHUNKED % token + body)
        answer = _receive(connection)
        assert held(watcher) == before, delays(watcher)
    assert answer[9:12] == status
