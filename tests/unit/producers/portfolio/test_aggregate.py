"""The totals of a portfolio: nobody is counted twice or forgotten, however the run is cut into blocks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.baseline import BaselineHistogram
from producers.portfolio.aggregate import MAX_BINS, Aggregate, pd_bin_edges
from tests.unit.producers.portfolio.blocks import (
    EDGES,
    FEATURES,
    SEGMENTATIONS,
    THRESHOLD,
    Scored,
    aggregate,
    block,
    law,
    portfolios,
)


def same(one: Aggregate, other: Aggregate) -> None:
    assert np.array_equal(one.counts, other.counts)
    assert one.sums == pytest.approx(other.sums)
    assert (one.reasons, one.explained) == (other.reasons, other.explained)
    assert np.array_equal(one.segments, other.segments)


@law
@given(portfolios, st.integers(0, 80))
def test_cutting_a_portfolio_into_blocks_changes_nothing(people, cut) -> None:
    blocks = [part for part in (people[:cut], people[cut:]) if part]
    same(aggregate(people), aggregate(*blocks))


@law
@given(portfolios)
def test_the_order_of_the_clients_changes_nothing(people) -> None:
    same(aggregate(people), aggregate(people[::-1]))


@law
@given(portfolios, st.sampled_from(sorted(SEGMENTATIONS)))
def test_everybody_is_counted_once_in_every_total(people, by) -> None:
    totals = aggregate(people, by=by)
    assert totals.scored == totals.explained == len(people)
    assert totals.sums.sum() == pytest.approx(sum(person.pd for person in people))
    assert np.array_equal(totals.segments.sum(axis=0), totals.counts)


@law
@given(portfolios)
def test_a_bin_holds_exactly_the_clients_between_its_edges(people) -> None:
    totals = aggregate(people)
    for place, (low, high) in enumerate(pairwise(totals.edges)):
        mine = [person.pd for person in people if low <= person.pd < high or person.pd == high == 1]
        assert totals.counts[place] == len(mine)
        assert totals.sums[place] == pytest.approx(sum(mine))


@pytest.mark.parametrize("reach", [0.01, 0.04, 0.06, 0.3, 0.85, 1.0])
def test_bins_are_round_few_and_end_where_nearly_all_clients_do(reach) -> None:
    trained = BaselineHistogram(counts=[990, 10], edges=[0, reach, 1.0] if reach < 1 else [0, 0.5, 1.0])
    edges = pd_bin_edges(reach / 3, trained)
    assert len(edges) - 1 <= MAX_BINS + 4
    assert {0.0, reach / 6, reach / 3, 1.0} <= set(edges.tolist())
    assert np.all(np.diff(edges) > 0)


def test_unscored_clients_take_no_part_and_answers_may_come_in_any_order() -> None:
    people = [Scored(0.1, late=-2), Scored(0.6, late=3)]
    sent, answers = block(people, unscored=2)
    totals = Aggregate(THRESHOLD, EDGES, SEGMENTATIONS["LATE"])
    totals.add_block(FEATURES, sent, answers.take([3, 0, 2, 1]))
    assert totals.scored == 2
    assert np.flatnonzero(totals.segments.sum(axis=1)).tolist() == [0, 5]


def test_a_block_that_could_not_be_read_adds_nothing() -> None:
    sent, _ = block([Scored(0.1)])
    _, answers = block([], unscored=1)
    totals = Aggregate(THRESHOLD, EDGES, SEGMENTATIONS["LATE"])
    totals.add_block(FEATURES, sent, answers)
    assert totals.scored == totals.explained == 0


def test_without_explanations_there_are_no_reasons() -> None:
    totals = Aggregate(THRESHOLD, EDGES, SEGMENTATIONS["LATE"])
    totals.add_block((), *block([Scored(0.1)]))
    assert (totals.scored, totals.explained, totals.reasons) == (1, 0, {})


def test_only_factors_that_raise_the_risk_are_reasons() -> None:
    totals = aggregate([Scored(0.1, log_odds=(0.3, -0.9, 0.0)), Scored(0.2, log_odds=(0.1, 0.2, 0.3))])
    assert totals.reasons == {"INCOME": 2, "LATE": 1, "HOME": 1}


def test_memory_does_not_grow_with_the_number_of_clients() -> None:
    few, many = aggregate([Scored(0.1)]), aggregate(*([Scored(i / 1000)] * 10 for i in range(100)))
    sizes = [a.counts.nbytes + a.sums.nbytes + a.segments.nbytes for a in (few, many)]
    assert sizes[0] == sizes[1] < 1e6
