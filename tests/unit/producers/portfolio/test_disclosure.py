"""What is released of a portfolio: the same for the same clients, other for others, right on average, in groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.disclosure import COUNT_STEP, MIN_GROUP_SIZE
from producers.portfolio.disclosure import ClientSetKey, disclose
from producers.portfolio.totals import NOISE_CLIENTS, PortfolioTotals, band_rows, pd_bins, segment_rows
from tests.unit.producers.portfolio.blocks import (
    THRESHOLD,
    Scored,
    aggregate,
    large_portfolios,
    law,
    no_noise,
    probabilities,
)

MODEL = "model-digest"
PEOPLE = [Scored(i / 300, late=float(i % 5)) for i in range(300)]


def key(people: list[Scored], secret: bytes = b"secret") -> ClientSetKey:
    found = ClientSetKey(secret)
    found.add([f"ref-{i}" for i in range(len(people))], np.array([person.pd for person in people]))
    return found


def released(people: list[Scored], secret: bytes = b"secret", model: str = MODEL) -> PortfolioTotals:
    totals = disclose(aggregate(people), key(people, secret).noise(model))
    assert totals is not None
    return totals


def numbers(totals: PortfolioTotals) -> list[float]:
    return [*totals.edges, *totals.counts, *totals.means, *totals.segments.counts.flatten()]


def test_the_same_clients_give_the_same_numbers_in_whatever_order_and_blocks() -> None:
    refs = [f"ref-{i}" for i in range(300)]
    pds = np.array([person.pd for person in PEOPLE])
    backwards = ClientSetKey(b"secret")
    backwards.add(refs[100:][::-1], pds[100:][::-1])
    backwards.add(refs[:100], pds[:100])
    assert np.array_equal(backwards.noise(MODEL)("bins", (9,)), key(PEOPLE).noise(MODEL)("bins", (9,)))
    assert numbers(released(PEOPLE)) == numbers(released(PEOPLE))


@pytest.mark.parametrize(
    "changed",
    [
        released(PEOPLE[:-1]),
        released([*PEOPLE[:-1], Scored(0.5)]),
        released(PEOPLE, secret=b"another"),
        released(PEOPLE, model="another"),
    ],
    ids=["one client fewer", "one PD that changed", "another secret", "another model"],
)
def test_anything_else_gives_all_numbers_other_noise(changed) -> None:
    edges = [0, THRESHOLD / 2, THRESHOLD, 1]
    exact = np.histogram([person.pd for person in PEOPLE], edges)[0]
    noise, other = (np.diff(totals.below(np.array(edges))[0]) - exact for totals in (released(PEOPLE), changed))
    assert np.all(np.abs(noise - other) > 1e-3)


def test_noise_has_another_name_for_every_table() -> None:
    noise = key(PEOPLE).noise(MODEL)
    assert len({noise(name, (1,))[0] for name in ("bins", "sums", "reasons", "segments A", "segments B")}) == 5


def test_noise_is_normal_and_without_bias() -> None:
    drawn = key(PEOPLE).noise(MODEL)("bins", (20_000,))
    assert drawn.mean() == pytest.approx(0, abs=0.03)
    assert drawn.std() == pytest.approx(1, abs=0.03)
    assert np.mean(np.abs(drawn) > 2) == pytest.approx(0.0455, abs=0.01)


def test_counts_and_means_are_right_on_average_and_within_the_margin() -> None:
    people = [Scored(float(pd)) for pd in np.random.default_rng(5).beta(1.2, 5, 1500)]
    pds = np.array([person.pd for person in people])
    ends = np.array([THRESHOLD / 2, THRESHOLD, 0.5])
    exact = np.array([(pds < end).sum() for end in ends])
    counted = aggregate(people)
    found, means, margins = [], [], []
    for number in range(80):
        totals = disclose(counted, key(people, number.to_bytes(16, "big")).noise(MODEL))
        assert totals is not None
        found.append(totals.below(ends)[0] - exact)
        means.append(totals.mean - pds.mean())
        margins.append(totals.margin)
    deviations = np.array(found)
    assert np.all(np.abs(deviations.mean(axis=0)) < 4 * deviations.std(axis=0) / 80**0.5 + 1)
    assert np.mean(np.abs(deviations) <= margins[0]) > 0.9
    assert abs(np.mean(means)) < 0.002
    assert np.std(means) < margins[0] / 1500
    assert 3 * NOISE_CLIENTS < margins[0] < 6 * NOISE_CLIENTS


@law
@given(large_portfolios, st.binary(min_size=1, max_size=8))
def test_parts_add_up_to_what_is_released_of_the_whole(people, secret) -> None:
    totals = released(people, secret)
    assert totals.segments is not None
    assert totals.counts.sum() == pytest.approx(len(people))
    assert totals.segments.counts.sum(axis=1) == pytest.approx(totals.segments.sizes)
    assert totals.segments.counts.sum(axis=0) == pytest.approx(totals.counts)


@law
@given(large_portfolios, probabilities, st.binary(min_size=1, max_size=8))
def test_nothing_is_shown_of_fewer_than_the_least_group(people, threshold, secret) -> None:
    totals = released(people, secret)
    for row in band_rows(totals, threshold):
        assert row.count is None or (row.count >= MIN_GROUP_SIZE and row.count % COUNT_STEP == 0)
        assert (row.count is None) == (row.mean_pd is None) == (row.share is None) == (row.expected_defaults is None)
    assert all(segment.count is not None for segment in segment_rows(totals, threshold))
    fixed = {0.0, THRESHOLD / 2, THRESHOLD, 1.0}
    for found in pd_bins(totals):
        assert found.count >= MIN_GROUP_SIZE or {found.low, found.high} <= fixed
    assert all(0 <= row.share_above <= 1 and 0 <= row.mean_pd <= 1 for row in segment_rows(totals, threshold))
    assert 0 <= totals.mean <= 1


def test_without_noise_it_would_be_exact() -> None:
    totals = disclose(aggregate(PEOPLE), no_noise)
    assert totals is not None
    assert totals.counts.sum() == 300
    assert np.all(totals.counts == np.round(totals.counts))
