"""Streaming a portfolio."""

import psutil
import pytest
from sqlalchemy import Engine

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from db.clients import ClientQuery, LevelCriterion, RangeCriterion, count_clients, stream_clients
from db.errors import FilterError, SchemaMismatchError
from db.seed import seed_clients
from tests.integration.db.people import insert_many, people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database


def test_every_client_comes_once_in_order_in_blocks(engine: Engine) -> None:
    everyone = people(2500)
    seed_clients(engine, SCHEMA, everyone.items())
    blocks = list(stream_clients(engine, SCHEMA))
    assert [block.num_rows for block in blocks] == [1024, 1024, 452]
    rows = {row.pop("client_ref"): row for block in blocks for row in block.to_pylist()}
    assert list(rows) == sorted(everyone)
    assert rows == everyone
    assert count_clients(engine, SCHEMA) == 2500


def test_a_selection_and_a_limit(engine: Engine) -> None:
    everyone = people(300)
    seed_clients(engine, SCHEMA, everyone.items())
    chosen = sorted(ref for ref, values in everyone.items() if values["SEX"] == "2" and (values["AGE"] or 0) >= 18)
    assert len(chosen) > 20
    where = "SEX == 2 and AGE >= 18"
    found = [
        ref for block in stream_clients(engine, SCHEMA, where, 20, rows=7) for ref in block["client_ref"].to_pylist()
    ]
    assert found == chosen[:20]
    assert count_clients(engine, SCHEMA, where, 20) == 20
    assert count_clients(engine, SCHEMA, where) == len(chosen)
    assert list(stream_clients(engine, SCHEMA, "AGE > 1e9")) == []


def test_what_an_advisor_looks_for_is_a_selection(engine: Engine) -> None:
    everyone = people(300)
    seed_clients(engine, SCHEMA, everyone.items())
    chosen = sorted(ref for ref, values in everyone.items() if values["SEX"] == "é" and (values["AGE"] or 0) >= 18)
    query = ClientQuery(
        criteria=[LevelCriterion("SEX", ("é",)), RangeCriterion("AGE", minimum=18)], sort="AGE", descending=True
    )
    found = [ref for block in stream_clients(engine, SCHEMA, query) for ref in block["client_ref"].to_pylist()]
    assert len(chosen) > 5
    assert found == chosen
    assert count_clients(engine, SCHEMA, query) == len(chosen)
    assert count_clients(engine, SCHEMA, ClientQuery(chosen[0])) == 1
    assert count_clients(engine, SCHEMA, ClientQuery("\0")) == 0
    with pytest.raises(FilterError):
        stream_clients(engine, SCHEMA, ClientQuery(criteria=[RangeCriterion("SHOE_SIZE", 1)]))


def test_a_bad_selection_is_refused_before_the_first_block(engine: Engine) -> None:
    with pytest.raises(FilterError):
        stream_clients(engine, SCHEMA, "AGE >")


def test_a_stream_that_is_left_early_gives_its_connection_back(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, people(100).items())
    stream = stream_clients(engine, SCHEMA, rows=10)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_clients_of_another_schema_are_a_sentence_without_values(engine: Engine) -> None:
    label = LocalizedText(fr="x", en="x")
    other = Feature(name="AGE", type=FeatureType.CATEGORICAL, label=label, levels=[Level("hunter2", label)])
    seed_clients(engine, FeatureSchema("other", [other]), [("someone", {"AGE": "hunter2"})])
    for read in (lambda: list(stream_clients(engine, SCHEMA)), lambda: count_clients(engine, SCHEMA, "AGE > 1")):
        with pytest.raises(SchemaMismatchError, match="neoscore db load FILE --replace") as caught:
            read()
        assert "hunter2" not in str(caught.value)


def test_memory_does_not_grow_with_the_number_of_clients(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, [])
    insert_many(engine, 100_000)
    process, rows, most = psutil.Process(), 0, 0
    stream = stream_clients(engine, SCHEMA)
    next(stream)
    before = process.memory_info().rss
    for block in stream:
        rows += block.num_rows
        most = max(most, process.memory_info().rss - before)
    assert rows == 100_000 - 1024
    assert most < 20e6, "the 100,000 clients are more than 50 MB of text"
