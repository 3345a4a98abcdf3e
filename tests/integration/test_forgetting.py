"""The promise: some minutes after a score, nothing of it exists anywhere but with whoever asked."""

import json
import os
import random
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from kafka import KafkaConsumer, TopicPartition

from contract.ids import new_request_id
from contract.topics import TOPICS
from db.migrate import migrate
from db.seed import seed_clients
from db.session import open_engine
from producers.batch import run_portfolio
from producers.client import ScoreClient
from stack.local.postgres import find_postgres, start_postgres
from stack.local.scratch import memory_folder
from training.sources import load_dataset

FORGOTTEN_SECONDS = 180
"""The promise. Retention is 60 s, its check every 5 s; the rest is for a busy machine."""

pytestmark = pytest.mark.broker


def readable_records(bootstrap: str) -> dict[str, int]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    partitions = [TopicPartition(spec.name, number) for spec in TOPICS for number in range(spec.partitions)]
    begins, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    consumer.close()
    counts = {partition.topic: 0 for partition in partitions}
    for partition in partitions:
        counts[partition.topic] += ends[partition] - begins[partition]
    return {topic: count for topic, count in counts.items() if count}


def files_holding(needles: list[bytes], *folders: Path) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            for path in (Path(place) / name for name in names):
                try:
                    content = path.read_bytes() if path.is_file() else b""
                except OSError:  # gone meanwhile, or of another user
                    continue
                if any(needle in content for needle in needles):
                    yield path


def test_nothing_of_a_score_can_be_found_three_minutes_later(broker, config, bundle, worker, log_folder):
    if not broker.forgets:
        pytest.skip(f"{broker.kind} has no retention: the promise does not hold on it, and every service says so")
    database = start_postgres(log_folder / "forgetting-postgres.log", 0)
    try:
        migrate(database.address)
        engine = open_engine(database.address)
        dataset = load_dataset("uci-credit-default")
        clients = dataset.frame.head(2_000).to_dict("records")
        seed_clients(engine, dataset.schema, ((f"portfolio-{i}", row) for i, row in enumerate(clients)))
        workers = worker(config, bundle)
        random_numbers = random.SystemRandom()
        canary = {feature.name: clients[0][feature.name] for feature in dataset.schema}
        canary["BILL_AMT1"] = random_numbers.uniform(10_000, 20_000)
        canary["PAY_AMT1"] = random_numbers.uniform(1_000, 2_000)
        client_ref = f"canary-{new_request_id()}"
        with ScoreClient(config, source="/neoscore/tests") as client:
            score = client.score(client_ref, canary)
        run_portfolio(config, engine, bundle.schema)
        assert readable_records(config.kafka_bootstrap)

        deadline = time.monotonic() + FORGOTTEN_SECONDS
        while left := readable_records(config.kafka_bootstrap):
            assert time.monotonic() < deadline, f"still readable: {left}"
            time.sleep(2)

        secrets = [canary["BILL_AMT1"], canary["PAY_AMT1"], score.probability, score.contributions[0].log_odds]
        needles = [needle for secret in secrets for needle in (repr(secret).encode(), struct.pack("<d", secret))]
        project = Path(__file__).parents[2]
        places = [log_folder.parent, memory_folder(), Path(tempfile.gettempdir()), project / ".neoscore"]
        assert list(files_holding([*needles, client_ref.encode()], *places)) == []
        dump = dump_of(database.address)
        assert b"portfolio-0" in dump
        assert not any(needle in dump for needle in needles)
        assert workers[0].exit_code is None
    finally:
        database.stop()


def dump_of(url: str) -> bytes:
    program = find_postgres() / "bin" / "pg_dump"
    address = url.replace("postgresql+psycopg2", "postgresql")
    return subprocess.run([program, address], check=True, capture_output=True).stdout


def test_the_needles_are_found_where_they_are(tmp_path):
    (tmp_path / "text").write_text(json.dumps({"x": 31415.9265}))
    (tmp_path / "arrow").write_bytes(
        pa.RecordBatch.from_pydict({"x": [31415.9265]}).column(0).buffers()[1].to_pybytes()
    )
    found = files_holding([repr(31415.9265).encode(), struct.pack("<d", 31415.9265)], tmp_path)
    assert {path.name for path in found} == {"text", "arrow"}
