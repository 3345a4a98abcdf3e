"""What the totals say at a threshold agrees with counting person by person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bundle import risk_band
from reporting.pages.portfolio.analysis import (
    band_rows,
    expected_cost,
    lowest_cost_threshold,
    main_reasons,
    pd_histogram,
    segment_rows,
)
from reporting.population import MIN_GROUP_SIZE
from tests.unit.reporting.pages.portfolio.blocks import SEGMENTATIONS, THRESHOLD, Scored, aggregate, law, portfolios

thresholds = st.one_of(st.just(THRESHOLD), st.integers(0, 1000).map(lambda step: step / 1000))
ratios = st.floats(0.1, 1000)


def counted_cost(people: list[Scored], threshold: float, ratio: float) -> float:
    return sum(p.pd * ratio if p.pd < threshold else 1 - p.pd for p in people)


@law
@given(portfolios, thresholds)
def test_bands_are_those_of_the_contract(people, threshold) -> None:
    rows = band_rows(aggregate(people), threshold)
    for row in rows:
        mine = [p.pd for p in people if risk_band(p.pd, threshold) is row.band]
        assert row.count == len(mine)
        assert row.share == pytest.approx(len(mine) / len(people))
        if len(mine) >= MIN_GROUP_SIZE:
            assert row.expected_defaults == pytest.approx(sum(mine))
            assert row.mean_pd == pytest.approx(sum(mine) / len(mine))
        else:
            assert row.mean_pd is row.expected_defaults is None
    assert sum(row.count for row in rows) == len(people)


@law
@given(portfolios, thresholds, ratios)
def test_the_cost_is_that_of_every_person(people, threshold, ratio) -> None:
    cost = expected_cost(aggregate(people), threshold, ratio)
    assert cost.total == pytest.approx(counted_cost(people, threshold, ratio))
    assert cost.per_client == pytest.approx(cost.total / len(people))


@law
@given(portfolios, thresholds, ratios)
def test_no_threshold_costs_less_than_the_lowest_cost_threshold(people, threshold, ratio) -> None:
    totals = aggregate(people)
    best, cost = lowest_cost_threshold(totals, ratio)
    assert cost.total <= expected_cost(totals, threshold, ratio).total * (1 + 1e-9) + 1e-9
    assert cost.total == pytest.approx(counted_cost(people, best, ratio))


def test_a_client_who_defaults_for_certain_is_at_the_highest_threshold_not_under_it() -> None:
    totals = aggregate([Scored(1.0)] * 20)
    assert [row.count for row in band_rows(totals, 1.0)] == [0, 0, 20]
    assert expected_cost(totals, 1.0, 5).total == 0
    assert [row.share_above for row in segment_rows(totals, "HOME", 1.0)] == [1.0]
    assert lowest_cost_threshold(totals, 5)[0] <= 1
    assert pd_histogram(totals, 100)[-1].count == 20


def test_the_cheapest_threshold_is_the_one_of_theory() -> None:
    totals = aggregate([Scored(i / 2000) for i in range(2000)])
    assert lowest_cost_threshold(totals, 4)[0] == pytest.approx(1 / (1 + 4), abs=0.001)


@law
@given(portfolios, thresholds, st.sampled_from(sorted(SEGMENTATIONS)))
def test_segments_hold_everybody_and_none_is_small(people, threshold, feature) -> None:
    rows = segment_rows(aggregate(people), feature, threshold)
    assert sum(row.count for row in rows) == len(people)
    assert all(row.count >= MIN_GROUP_SIZE for row in rows) or len(rows) == 1
    assert sum(row.count * row.mean_pd for row in rows) == pytest.approx(sum(p.pd for p in people))
    high = sum(p.pd >= threshold for p in people)
    assert sum(row.count * row.share_above for row in rows) == pytest.approx(high)
    positions = [position for row in rows for position in row.positions]
    assert len(set(positions)) == len(positions)


def test_a_small_segment_joins_its_smaller_neighbour() -> None:
    people = [Scored(0.1, late=0)] * 50 + [Scored(0.5, late=1)] * 5 + [Scored(0.6, late=2)] * 30
    rows = segment_rows(aggregate(people), "LATE", 0.2)
    assert [(row.positions, row.count) for row in rows] == [((2,), 50), ((3, 4), 35)]
    assert [row.share_above for row in rows] == [0.0, 1.0]


def test_clients_without_a_value_are_a_segment_of_their_own_or_join_the_smallest() -> None:
    many = segment_rows(aggregate([Scored(0.1)] * 30 + [Scored(0.4, home=None)] * 20), "HOME", 0.2)
    assert [row.positions for row in many] == [(0,), (2,)]
    people = [Scored(0.1)] * 30 + [Scored(0.1, home="2")] * 25 + [Scored(0.4, home=None)] * 2
    assert [row.positions for row in segment_rows(aggregate(people), "HOME", 0.2)] == [(0,), (1, 2)]


@law
@given(portfolios)
def test_the_bars_hold_everybody(people) -> None:
    bars = pd_histogram(aggregate(people), 100)
    assert sum(bar.count for bar in bars) == len(people)
    assert bars[7].count == sum(0.07 <= p.pd < 0.08 for p in people)


def test_main_reasons_are_ranked_shares() -> None:
    people = [Scored(0.1, log_odds=(0.3, 0.2, -0.1))] * 30 + [Scored(0.1, log_odds=(0.3, -0.2, -0.1))] * 10
    assert main_reasons(aggregate(people)) == [("INCOME", 1.0), ("LATE", 0.75)]
    assert main_reasons(aggregate(people[: MIN_GROUP_SIZE - 1])) == []
