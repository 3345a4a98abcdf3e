"""The filter language selects in PostgreSQL what it says: compared with a reading of the same tree in Python."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.filters import parse_where
from db.seed import seed_clients
from db.tables import ClientRow
from tests.integration.db.people import Values, people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database

PEOPLE = people(60)
Verdict = bool | None
Node = tuple[str, Callable[[Values], Verdict]]
"""An expression's text, and what it says about one client: true, false or, for a missing value, neither."""

_OPERATORS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBERS = st.one_of(st.sampled_from([0, 1, 18, 30, 30.5, -1, 1e6]), st.integers(-5, 105), st.floats(-1e7, 1e7))
_NAMES = st.sampled_from(["AGE", "LIMIT_BAL", "credit.amount", "in-arrears"])


def _written(name: str) -> str:
    return f"`{name}`" if "-" in name else name


def _three_valued(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> Verdict:
    return None if left is None or right is None else compare(left, right)


def _number_test(name: str, sign: str, number: float) -> Node:
    return f"{_written(name)} {sign} {number!r}", lambda v: _three_valued(_OPERATORS[sign], v[name], number)


def _reversed_test(name: str, sign: str, number: float) -> Node:
    return f"{number!r} {sign} {_written(name)}", lambda v: _three_valued(_OPERATORS[sign], number, v[name])


def _pair_test(name: str, sign: str, other: str) -> Node:
    text = f"{_written(name)} {sign} {_written(other)}"
    return text, lambda v: _three_valued(_OPERATORS[sign], v[name], v[other])


def _between(low: float, name: str, high: float) -> Node:
    def verdict(v: Values) -> Verdict:
        return None if v[name] is None else low <= v[name] < high

    return f"{low!r} <= {_written(name)} < {high!r}", verdict


def _members(name: str, values: list[Any], negated: bool) -> Node:
    def verdict(v: Values) -> Verdict:
        return None if v[name] is None else (v[name] in values) != negated

    return f"{_written(name)} {'not in' if negated else 'in'} [{', '.join(map(repr, values))}]", verdict


def _level_test(sign: str, level: str) -> Node:
    return f"SEX {sign} {level!r}", lambda v: _three_valued(_OPERATORS[sign], v["SEX"], level)


def _null_test(name: str, negated: bool) -> Node:
    return f"{_written(name)} is {'not ' if negated else ''}null", lambda v: (v[name] is None) != negated


def _not(node: Node) -> Node:
    def verdict(v: Values) -> Verdict:
        inner = node[1](v)
        return None if inner is None else not inner

    return f"not ({node[0]})", verdict


def _join(word: str, nodes: list[Node]) -> Node:
    deciding = word == "or"

    def verdict(v: Values) -> Verdict:
        verdicts = [node[1](v) for node in nodes]
        if deciding in verdicts:
            return deciding
        return None if None in verdicts else not deciding

    return f" {word} ".join(f"({text})" for text, _ in nodes), verdict


_LEVELS = st.sampled_from(["1", "2", "é"])
_SIGNS = st.sampled_from(sorted(_OPERATORS))
_LEAVES = st.one_of(
    st.builds(_number_test, _NAMES, _SIGNS, _NUMBERS),
    st.builds(_reversed_test, _NAMES, _SIGNS, _NUMBERS),
    st.builds(_pair_test, _NAMES, _SIGNS, _NAMES),
    st.builds(_between, _NUMBERS, _NAMES, _NUMBERS),
    st.builds(_members, _NAMES, st.lists(_NUMBERS, min_size=1, max_size=4), st.booleans()),
    st.builds(_members, st.just("SEX"), st.lists(_LEVELS, min_size=1), st.booleans()),
    st.builds(_level_test, st.sampled_from(["==", "!="]), _LEVELS),
    st.builds(_null_test, st.one_of(_NAMES, st.just("SEX")), st.booleans()),
)
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(_not, inner),
        st.builds(_join, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def seeded(engine: Engine) -> Iterator[Engine]:
    seed_clients(engine, SCHEMA, PEOPLE.items())
    return engine


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=_EXPRESSIONS)
def test_sql_and_python_select_the_same_clients(seeded: Engine, expression: Node) -> None:
    text, verdict = expression
    with seeded.connect() as connection:
        found = set(connection.execute(select(ClientRow.client_ref).where(parse_where(text, SCHEMA))).scalars())
    assert found == {ref for ref, values in PEOPLE.items() if verdict(values)}
