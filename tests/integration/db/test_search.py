"""Finding and searching clients."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db.clients import (
    COUNT_LIMIT,
    Client,
    ClientQuery,
    LevelCriterion,
    RangeCriterion,
    find_client,
    sample_clients,
    search_clients,
)
from db.errors import FilterError
from db.queries import page_statement
from db.seed import seed_clients
from tests.integration.db.people import Values, insert_many, people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database

PEOPLE = people(60)
HOSTILE = ["'; DROP TABLE clients; --", "%", "_", "\\", "' OR 1=1 --", "%(x)s", ":x", "$1", "\0", "é'\"", "a" * 10_000]


@pytest.fixture(scope="module")
def seeded(engine: Engine) -> Iterator[Engine]:
    seed_clients(engine, SCHEMA, PEOPLE.items())
    return engine


def _expected(query: ClientQuery) -> list[str]:
    def fits(ref: str, values: Values) -> bool:
        return ref.startswith(query.ref_prefix.strip()) and all(_holds(c, values[c.feature]) for c in query.criteria)

    found = sorted((ref for ref, values in PEOPLE.items() if fits(ref, values)), reverse=query.descending)
    if (name := query.sort) is None:
        return found
    present = [ref for ref in found if PEOPLE[ref][name] is not None]
    # Python's sort is stable both ways, so ties keep the order of their references.
    present.sort(key=lambda ref: PEOPLE[ref][name], reverse=query.descending)
    return present + [ref for ref in found if PEOPLE[ref][name] is None]


def _holds(criterion: RangeCriterion | LevelCriterion, value: Any) -> bool:
    if isinstance(criterion, LevelCriterion):
        return not criterion.levels or value in criterion.levels
    if criterion.minimum is None and criterion.maximum is None:
        return True
    low = float("-inf") if criterion.minimum is None else criterion.minimum
    high = float("inf") if criterion.maximum is None else criterion.maximum
    return value is not None and low <= value <= high


_BOUND = st.one_of(st.none(), st.sampled_from([0, 1, 18, 30, 30.5, -1, 1e6]), st.integers(-5, 100))
_NUMBER = st.sampled_from(["AGE", "LIMIT_BAL", "credit.amount", "in-arrears"])
_CRITERION = st.one_of(
    st.builds(RangeCriterion, _NUMBER, _BOUND, _BOUND),
    st.builds(LevelCriterion, st.just("SEX"), st.lists(st.sampled_from(["1", "2", "é", "no"]), max_size=3).map(tuple)),
)
_QUERY = st.builds(
    ClientQuery,
    ref_prefix=st.sampled_from(["", "", "0", "a", " f "]),
    criteria=st.lists(_CRITERION, max_size=2).map(tuple),
    sort=st.one_of(st.none(), _NUMBER),
    descending=st.booleans(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=_QUERY, size=st.integers(1, 25))
def test_pages_follow_each_other_without_gap_or_repetition(seeded: Engine, query: ClientQuery, size: int) -> None:
    found: list[str] = []
    while True:
        page = search_clients(seeded, SCHEMA, query, offset=len(found), limit=size)
        found += [client.client_ref for client in page.clients]
        if len(page.clients) < size:
            break
    assert found == _expected(query)
    assert (page.total, page.exact) == (len(found), True)


def test_a_choice_sorts_too(seeded: Engine) -> None:
    page = search_clients(seeded, SCHEMA, ClientQuery(sort="SEX", descending=True), limit=100)
    levels = [client.attributes["SEX"] for client in page.clients]
    assert levels == sorted((x for x in levels if x), reverse=True) + [None] * levels.count(None)


def test_a_client_has_its_values_as_published(seeded: Engine) -> None:
    ref, values = next(iter(PEOPLE.items()))
    assert find_client(seeded, ref) == Client(ref, values)
    assert find_client(seeded, "nobody") is None


def test_a_sample_is_of_different_clients(seeded: Engine) -> None:
    sample = sample_clients(seeded, 10)
    assert len({client.client_ref for client in sample} & PEOPLE.keys()) == 10
    assert all(client.attributes == PEOPLE[client.client_ref] for client in sample)
    assert len(sample_clients(seeded, 1000)) == len(PEOPLE)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_user_becomes_sql(seeded: Engine, hostile: str) -> None:
    assert search_clients(seeded, SCHEMA, ClientQuery(ref_prefix=hostile)).total == 0
    assert find_client(seeded, hostile) is None
    if "\0" not in hostile:
        choice = ClientQuery(criteria=(LevelCriterion("SEX", (hostile,)),))
        assert search_clients(seeded, SCHEMA, choice).total == 0
    for query in (ClientQuery(sort=hostile), ClientQuery(criteria=(RangeCriterion(hostile, 0, 1),))):
        with pytest.raises(FilterError):
            search_clients(seeded, SCHEMA, query)
    assert search_clients(seeded, SCHEMA, ClientQuery()).total == len(PEOPLE)


@pytest.mark.parametrize("criterion", [RangeCriterion("SEX", 1, 2), LevelCriterion("AGE", ("30",))])
def test_a_criterion_of_the_wrong_kind_is_refused(seeded: Engine, criterion: RangeCriterion | LevelCriterion) -> None:
    with pytest.raises(FilterError, match=criterion.feature):
        search_clients(seeded, SCHEMA, ClientQuery(criteria=(criterion,)))


def test_many_clients_are_counted_up_to_a_bound_and_paged_by_index(seeded: Engine) -> None:
    insert_many(seeded, COUNT_LIMIT + 1)
    with seeded.begin() as connection:
        connection.execute(text("ANALYZE clients"))
    page = search_clients(seeded, SCHEMA, ClientQuery(), limit=5)
    assert (page.total, page.exact, len(page.clients)) == (COUNT_LIMIT, False, 5)
    for query in (ClientQuery(sort="AGE"), ClientQuery(sort="AGE", descending=True), ClientQuery(ref_prefix="abc")):
        statement = page_statement(SCHEMA, query, 0, 25)
        sql = statement.compile(seeded, compile_kwargs={"literal_binds": True}).string
        with seeded.connect() as connection:
            plan = "\n".join(connection.exec_driver_sql("EXPLAIN " + sql).scalars())
        assert "Index" in plan
        assert "Seq Scan" not in plan
