"""Without noise, what is released agrees with counting person by person: bands, cost, segments, distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bundle import risk_band
from contract.codes import Band
from contract.disclosure import MIN_GROUP_SIZE, rounded_count
from producers.portfolio.disclosure import disclose
from producers.portfolio.totals import (
    PortfolioTotals,
    band_rows,
    expected_cost,
    lowest_cost_threshold,
    pd_bins,
    pd_histogram,
    segment_rows,
)
from tests.unit.producers.portfolio.blocks import (
    EDGES,
    SEGMENTATIONS,
    THRESHOLD,
    Scored,
    aggregate,
    large_portfolios,
    law,
    no_noise,
)


def released(people: list[Scored], by: str = "LATE") -> PortfolioTotals:
    totals = disclose(aggregate(people, by=by), no_noise)
    assert totals is not None
    return totals


def evenly(n: int, low: float = 0.0, high: float = 1.0) -> list[Scored]:
    return [Scored(float(pd)) for pd in np.linspace(low, high, n, endpoint=False)]


@law
@given(large_portfolios)
def test_bands_at_the_models_threshold_are_those_of_the_contract(people) -> None:
    for row in band_rows(released(people), THRESHOLD):
        mine = [p.pd for p in people if risk_band(p.pd, THRESHOLD) is row.band]
        assert row.count == rounded_count(len(mine))
        if row.count is None:
            assert row.share is row.mean_pd is row.expected_defaults is None
        else:
            assert row.share == pytest.approx(len(mine) / len(people))


@law
@given(large_portfolios)
def test_what_is_below_an_edge_is_counted_exactly(people) -> None:
    totals = released(people)
    counts = totals.below(totals.edges)[0]
    assert counts[:-1] == pytest.approx([sum(p.pd < edge for p in people) for edge in totals.edges[:-1]])
    assert counts[-1] == pytest.approx(len(people))


def test_means_and_sums_are_exact_where_bins_hold_enough() -> None:
    people = evenly(4000)
    totals = released(people)
    pds = np.array([person.pd for person in people])
    assert totals.mean == pytest.approx(pds.mean())
    for edge, total in zip(totals.edges, totals.below(totals.edges)[1], strict=True):
        assert total == pytest.approx(pds[pds < edge].sum(), abs=1e-6)
    for row in band_rows(totals, THRESHOLD):
        mine = [pd for pd in pds if risk_band(pd, THRESHOLD) is row.band]
        assert row.mean_pd == pytest.approx(np.mean(mine))
        assert row.expected_defaults == pytest.approx(sum(mine), rel=0.005)


@given(st.floats(0.01, 0.99), st.floats(0.1, 100))
def test_the_cost_is_that_of_every_person(threshold, ratio) -> None:
    people = evenly(2000)
    exact = sum(p.pd * ratio if p.pd < threshold else 1 - p.pd for p in people)
    cost = expected_cost(released(people), threshold, ratio)
    assert cost.total == pytest.approx(exact, rel=0.01)
    assert cost.per_client == pytest.approx(exact / 2000, rel=0.01)


@law
@given(large_portfolios, st.floats(0, 1), st.floats(0.1, 1000))
def test_no_threshold_costs_less_than_the_lowest_cost_threshold(people, threshold, ratio) -> None:
    totals = released(people)
    assert lowest_cost_threshold(totals, ratio)[1].total <= expected_cost(totals, threshold, ratio).total * 1.05 + 0.5


def test_the_cheapest_threshold_is_the_one_of_theory() -> None:
    assert lowest_cost_threshold(released(evenly(2000)), 4)[0] == pytest.approx(1 / (1 + 4), abs=0.001)


def test_a_client_who_defaults_for_certain_is_at_high_risk() -> None:
    totals = released([Scored(1.0)] * 20)
    assert [row.count for row in band_rows(totals, THRESHOLD)] == [None, None, 20]
    assert [row.share_above for row in segment_rows(totals, THRESHOLD)] == [1.0]
    assert lowest_cost_threshold(totals, 5)[0] <= 1


@law
@given(large_portfolios, st.sampled_from(sorted(SEGMENTATIONS)))
def test_segments_hold_everybody_and_none_is_small(people, by) -> None:
    totals = released(people, by)
    rows = segment_rows(totals, THRESHOLD)
    assert totals.segments is not None
    sizes = [int(totals.segments.sizes[list(row.positions)].sum()) for row in rows]
    assert sum(sizes) == len(people)
    assert all(size >= MIN_GROUP_SIZE for size in sizes)
    assert [row.count for row in rows] == [rounded_count(size) for size in sizes]
    high = sum(p.pd >= THRESHOLD for p in people)
    assert sum(size * row.share_above for size, row in zip(sizes, rows, strict=True)) == pytest.approx(high)
    positions = [position for row in rows for position in row.positions]
    assert len(set(positions)) == len(positions)


def test_a_small_segment_joins_its_smaller_neighbour() -> None:
    people = [Scored(0.1, late=0)] * 50 + [Scored(0.5, late=1)] * 5 + [Scored(0.6, late=2)] * 30
    rows = segment_rows(released(people), THRESHOLD)
    assert [row.positions for row in rows] == [(2,), (3, 4)]
    assert [row.share_above for row in rows] == pytest.approx([0.0, 1.0])


def test_clients_without_a_value_are_a_segment_of_their_own_or_join_the_smallest() -> None:
    many = segment_rows(released([Scored(0.1)] * 30 + [Scored(0.4, home=None)] * 20, "HOME"), 0.2)
    assert [row.positions for row in many] == [(0,), (2,)]
    people = [Scored(0.1)] * 30 + [Scored(0.1, home="2")] * 25 + [Scored(0.4, home=None)] * 2
    assert [row.positions for row in segment_rows(released(people, "HOME"), 0.2)] == [(0,), (1, 2)]


def test_a_portfolio_that_nothing_divides_has_no_segments() -> None:
    undivided = aggregate(evenly(100))
    undivided.segmentation = None
    totals = disclose(undivided, no_noise)
    assert totals is not None
    assert segment_rows(totals, THRESHOLD) == []


@law
@given(large_portfolios)
def test_the_bars_hold_everybody(people) -> None:
    totals = released(people)
    assert sum(bar.count for bar in pd_histogram(totals, totals.bars)) == pytest.approx(len(people))
    assert sum(found.count for found in pd_bins(totals)) == pytest.approx(len(people))


@law
@given(large_portfolios)
def test_bins_of_too_few_clients_are_merged_up_to_the_models_thresholds(people) -> None:
    totals = released(people)
    fixed = {0.0, THRESHOLD / 2, THRESHOLD, 1.0}
    assert fixed <= set(totals.edges.tolist()) <= set(EDGES.tolist())
    for found in pd_bins(totals):
        assert found.count >= MIN_GROUP_SIZE or {found.low, found.high} <= fixed


def test_main_reasons_are_ranked_shares() -> None:
    people = [Scored(0.1, log_odds=(0.3, 0.2, -0.1))] * 30 + [Scored(0.1, log_odds=(0.3, -0.2, -0.1))] * 10
    assert released(people).reasons == (("INCOME", 1.0), ("LATE", 0.75))


def test_a_handful_is_not_shown() -> None:
    assert disclose(aggregate([Scored(0.1)] * (MIN_GROUP_SIZE - 1)), no_noise) is None
    few = released([Scored(0.05)] * 30 + [Scored(0.9)] * (MIN_GROUP_SIZE - 1))
    assert [row.band for row in band_rows(few, THRESHOLD) if row.count is not None] == [Band.LOW]
