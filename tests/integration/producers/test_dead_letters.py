"""`neoscore dead-letters` on real brokers: what a worker could not answer, and giving it back."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from contract.codes import ErrorCode
from contract.ids import new_request_id
from contract.messages import REQUEST_TYPE, DeadLetter, Rejected, Scored, encode
from contract.settings import Settings, settings
from contract.topics import BATCH_REQUESTS, DEAD_LETTERS, REQUESTS
from stack.cli import app
from tests.support.raw_kafka_client import RawKafkaClient

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("scoring")]

SECRET = b"PAY_0=31415.9265"  # no JSON

FOREIGN = b"no dead letter"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def wire(config: Settings) -> Iterator[RawKafkaClient]:
    opened = RawKafkaClient(config)
    yield opened
    opened.close()


@pytest.fixture
def run_command(config: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command in this process: on a busy machine, records are gone before four processes have started."""

    def run(*arguments: str, kafka_bootstrap_servers: str = config.kafka_bootstrap_servers) -> Done:
        monkeypatch.setenv("NEOSCORE_KAFKA_BOOTSTRAP_SERVERS", kafka_bootstrap_servers)
        monkeypatch.setenv("NEOSCORE_TOPIC_PREFIX", config.topic_prefix)
        settings.cache_clear()
        try:
            result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        finally:
            settings.cache_clear()
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


def dead_letters(run_command) -> list[dict]:
    done = run_command("dead-letters", "list", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_for_letter(wire: RawKafkaClient, sent) -> int:
    """Wait until the worker wrote the dead letter of a record, and return its offset."""
    place = sent.get(timeout=30)

    def number() -> int | None:
        letters = [(r.offset, json.loads(r.value)) for r in wire.records[DEAD_LETTERS] if r.value != FOREIGN]
        where = place.topic, place.partition, place.offset
        return next((n for n, x in letters if (x["topic"], x["partition"], x["offset"]) == where), None)

    wire.read(lambda: number() is not None)
    found = number()
    assert found is not None
    return found


def write_letter(wire: RawKafkaClient, place, cause: ErrorCode = ErrorCode.INTERNAL_ERROR) -> int:
    """Write a dead letter as a worker does that failed on a record nobody can see anything wrong with."""
    letter = DeadLetter(
        cause=cause,
        topic=place.topic,
        partition=place.partition,
        offset=place.offset,
        key_hash="0" * 64,
        occurred_at=datetime.now(UTC),
    )
    return wire.send(DEAD_LETTERS, encode(letter), None).get(timeout=30).offset


def test_what_cannot_be_read_is_listed_and_explained_but_not_given_back(
    config: Settings, wire: RawKafkaClient, run_command
) -> None:
    single = wait_for_letter(wire, wire.send(REQUESTS, SECRET, None))
    block = wait_for_letter(wire, wire.send(BATCH_REQUESTS, SECRET, None))
    listed = {letter["dead_letter_offset"]: letter for letter in dead_letters(run_command)}
    assert listed[single]["cause"] == listed[block]["cause"] == "malformed_message"
    assert (listed[single]["topic"], listed[block]["topic"]) == (config.topic(REQUESTS), config.topic(BATCH_REQUESTS))
    table = run_command("dead-letters", "list")
    explained = run_command("dead-letters", "explain", str(single))
    refused = run_command("dead-letters", "redrive", str(single), str(block))
    assert "malformed_message" in table.stdout
    assert explained.returncode == 0
    assert "a response could not have been matched" in explained.stdout
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("no worker could process the original record (malformed_message)") == 2
    assert ErrorCode.MALFORMED_MESSAGE.spec.remedy in refused.stderr
    said = table.stdout + explained.stdout + explained.stderr + refused.stderr
    assert "31415" not in said
    assert "PAY_0" not in said
    assert "Traceback" not in said


def test_a_request_is_given_back_as_it_was_and_answered_again(
    wire: RawKafkaClient, run_command, people, bundle
) -> None:
    client_ref, row = people[0]
    features = {name: row[name] for name in bundle.schema.model_feature_names}
    request_id = new_request_id()
    trace = [("ce_type", REQUEST_TYPE.encode()), ("traceparent", b"00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01")]
    value = json.dumps({"request_id": request_id, "client_ref": client_ref, "features": features}, default=float)
    place = wire.send(REQUESTS, value.encode(), client_ref.encode(), trace).get(timeout=30)
    wire.read(lambda: request_id in wire.results)
    number = write_letter(wire, place)

    rehearsed = run_command("dead-letters", "redrive", str(number), "--dry-run")
    assert (rehearsed.returncode, rehearsed.stderr) == (0, "")
    assert f" to {place.topic}, partition {place.partition}" in rehearsed.stdout
    done = run_command("dead-letters", "redrive", str(number))
    assert done.returncode == 0, done.stderr
    assert f" to {place.topic}, partition {place.partition}, offset" in done.stdout

    wire.read(lambda: len(wire.results[request_id]) >= 2)
    first, second = wire.results[request_id]
    assert isinstance(first, Scored)
    assert isinstance(second, Scored)
    assert (second.probability, second.cached) == (first.probability, True)
    traces = [dict(r.headers)["traceparent"] for r in wire.records["score.responses"] if request_id.encode() in r.value]
    assert traces == [trace[1][1]] * 2, "headers went back, too"


def test_a_request_whose_features_are_at_fault_is_told_so_again(wire: RawKafkaClient, run_command) -> None:
    request_id = new_request_id()
    value = json.dumps({"request_id": request_id, "client_ref": "someone", "features": {"NO_SUCH_FEATURE": 1}})
    place = wire.send(REQUESTS, value.encode(), b"someone").get(timeout=30)
    assert run_command("dead-letters", "redrive", str(write_letter(wire, place))).returncode == 0
    wire.read(lambda: len(wire.results[request_id]) >= 2)
    assert all(isinstance(answer, Rejected) for answer in wire.results[request_id])


def test_a_version_that_no_worker_knows_stays_where_it_is(wire: RawKafkaClient, run_command) -> None:
    number = wait_for_letter(wire, wire.send(REQUESTS, b"{}", None, [("ce_type", b"neoscore.score.request.v9")]))
    done = run_command("dead-letters", "redrive", str(number))
    assert done.returncode == 1
    assert "unsupported_version" in done.stderr


def test_what_is_gone_must_be_sent_again(wire: RawKafkaClient, run_command) -> None:
    place = wire.send(REQUESTS, b"{}", b"\xff").get(timeout=30)
    gone = write_letter(wire, place._replace(offset=place.offset + 1_000))
    foreign = write_letter(wire, place._replace(topic="elsewhere"))
    for number in (gone, foreign):
        done = run_command("dead-letters", "redrive", str(number))
        assert (done.returncode, done.stdout) == (1, "")
        assert "expired; the upstream system must send the request again" in done.stderr
    beyond = run_command("dead-letters", "redrive", "123456789")
    assert beyond.returncode == 1
    assert "there is no dead letter 123456789" in beyond.stderr


def test_all_goes_back_that_can_and_foreign_records_are_said(wire: RawKafkaClient, run_command) -> None:
    wire.send(DEAD_LETTERS, FOREIGN, None).get(timeout=30)
    unreadable = wait_for_letter(wire, wire.send(REQUESTS, SECRET, None))
    done = run_command("dead-letters", "redrive", "--all", "--dry-run")
    assert done.returncode == 1
    assert "undecodable records" in done.stderr
    assert f"dead letter {unreadable}: no worker could process" in done.stderr


def test_no_broker_is_a_sentence(run_command) -> None:
    done = run_command("dead-letters", "list", kafka_bootstrap_servers="127.0.0.1:1")
    assert done.returncode == 1
    assert "cannot reach a Kafka broker" in done.stderr
