"""The totals of a portfolio: nobody is counted twice or forgotten, however the run is cut into blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.pages.portfolio.aggregate import Aggregate, pd_bin_edges
from tests.unit.reporting.pages.portfolio.blocks import (
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
    for name, totals in one.segments.items():
        assert np.array_equal(totals.counts, other.segments[name].counts)
        assert totals.sums == pytest.approx(other.segments[name].sums)


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
@given(portfolios)
def test_everybody_is_counted_once_in_every_total(people) -> None:
    totals = aggregate(people)
    assert totals.scored == totals.explained == len(people)
    assert totals.sums.sum() == pytest.approx(sum(person.pd for person in people))
    for segment in totals.segments.values():
        assert np.array_equal(segment.counts.sum(axis=0), totals.counts)
        assert segment.sums.sum() == pytest.approx(totals.sums.sum())


@law
@given(portfolios)
def test_a_bin_holds_what_lies_between_its_edges(people) -> None:
    totals = aggregate(people)
    for place in np.flatnonzero(totals.counts):
        low, high = totals.edges[place], totals.edges[place + 1]
        mean = totals.sums[place] / totals.counts[place]
        assert low - 1e-12 <= mean <= high + 1e-12


def test_unscored_clients_take_no_part_and_answers_may_come_in_any_order() -> None:
    people = [Scored(0.1, late=-2), Scored(0.6, late=3)]
    sent, answers = block(people, unscored=2)
    totals = Aggregate(pd_bin_edges(THRESHOLD), SEGMENTATIONS)
    totals.add_block(FEATURES, sent, answers.take([3, 0, 2, 1]))
    assert totals.scored == 2
    late = totals.segments["LATE"]
    assert (late.sums[0], late.sums[5]) == (0.1, 0.6)


def test_a_block_that_could_not_be_read_adds_nothing() -> None:
    sent, _ = block([Scored(0.1)])
    _, answers = block([], unscored=1)
    totals = Aggregate(pd_bin_edges(THRESHOLD), SEGMENTATIONS)
    totals.add_block(FEATURES, sent, answers)
    assert totals.scored == totals.explained == 0


def test_without_explanations_there_are_no_reasons() -> None:
    totals = Aggregate(pd_bin_edges(THRESHOLD), SEGMENTATIONS)
    totals.add_block((), *block([Scored(0.1)]))
    assert (totals.scored, totals.explained, totals.reasons) == (1, 0, {})


def test_only_factors_that_raise_the_risk_are_reasons() -> None:
    totals = aggregate([Scored(0.1, log_odds=(0.3, -0.9, 0.0)), Scored(0.2, log_odds=(0.1, 0.2, 0.3))])
    assert totals.reasons == {"INCOME": 2, "LATE": 1, "HOME": 1}


def test_memory_does_not_grow_with_the_number_of_clients() -> None:
    few, many = aggregate([Scored(0.1)]), aggregate(*([Scored(i / 1000)] * 10 for i in range(100)))
    sizes = [sum(t.counts.nbytes + t.sums.nbytes for t in a.segments.values()) for a in (few, many)]
    assert sizes[0] == sizes[1] < 1e6
