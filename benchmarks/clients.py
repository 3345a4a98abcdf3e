"""Searching, counting and streaming clients, by how many of them the database holds."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine

from benchmarks.profiles import BenchmarkProfile
from benchmarks.timing import median_and_range, scale
from contract.schema import FeatureSchema
from db.clients import (
    ClientQuery,
    LevelCriterion,
    RangeCriterion,
    count_clients,
    find_client,
    sample_clients,
    search_clients,
    stream_clients,
)  # fmt: skip
from db.seed import seed_clients
from training.dataset import Dataset

REPEATS = 5

STREAMED = 100_000
"""Clients read for the speed of the cursor: it does not depend on how many there are."""


def run(engine: Engine, dataset: Dataset, profile: BenchmarkProfile) -> list[dict[str, Any]]:
    """Fill the database and measure, size after size; the largest stays in it."""
    rows = dataset.frame.to_dict("records")
    results = []
    for clients in profile.clients:
        began = time.perf_counter()
        seed_clients(engine, dataset.schema, portfolio(rows, clients))
        seeded = time.perf_counter() - began
        results.append(
            {
                "clients": clients,
                "seed_seconds": seeded,
                "stream_us_per_client": _stream_us(engine, dataset.schema),
                "milliseconds": {name: _measure(act) for name, act in _searches(engine, dataset.schema).items()},
            }
        )
    return results


def portfolio(rows: list[dict[str, Any]], n: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the UCI clients over and over, with amounts moved a little, so that values are as many as clients."""
    draw = random.Random(1)
    for i in range(n):
        values = dict(rows[i % len(rows)])
        values["BILL_AMT1"] += draw.randrange(1000)
        values["PAY_AMT1"] += draw.randrange(1000)
        yield reference(i), values


def reference(number: int) -> str:
    """Return a client reference that looks like a pseudonym."""
    return hashlib.sha256(b"%d" % number).hexdigest()[:32]


def _searches(engine: Engine, schema: FeatureSchema) -> dict[str, Callable[[], object]]:
    late = RangeCriterion("PAY_0", 2)
    risky = (late, RangeCriterion("LIMIT_BAL", None, 50_000), LevelCriterion("SEX", ("2",)))

    def search(query: ClientQuery, offset: int = 0) -> Callable[[], object]:
        return lambda: search_clients(engine, schema, query, offset=offset, limit=25)

    return {
        "find one client": lambda: find_client(engine, reference(7)),
        "first page, no criterion": search(ClientQuery()),
        "reference begins with abc": search(ClientQuery(ref_prefix="abc")),
        "one range": search(ClientQuery(criteria=(late,))),
        "three criteria": search(ClientQuery(criteria=risky)),
        "three criteria, sorted": search(ClientQuery(criteria=risky, sort="BILL_AMT1", descending=True)),
        "nothing found": search(
            ClientQuery(criteria=(RangeCriterion("PAY_0", 8), RangeCriterion("LIMIT_BAL", 700_000)))
        ),
        "half of all, sorted descending": search(ClientQuery("", (RangeCriterion("AGE", 34),), "BILL_AMT1", True)),
        "all, sorted, page 400": search(ClientQuery(sort="BILL_AMT1"), offset=10_000),
        "sample of 100": lambda: sample_clients(engine, 100),
        "exact count of a filter": lambda: count_clients(engine, schema, "PAY_0 >= 2 and LIMIT_BAL < 50000", None),
    }


def _measure(action: Callable[[], object]) -> dict[str, float]:
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return scale(median_and_range(seconds), 1e3)


def _stream_us(engine: Engine, schema: FeatureSchema) -> float:
    began = time.perf_counter()
    rows: int = sum(block.num_rows for block in stream_clients(engine, schema, None, STREAMED))
    return 1e6 * (time.perf_counter() - began) / rows
