"""Attacks on the totals of portfolios: comparing runs that differ in one client reveals little of this client.

The attacker chooses the other clients, knows everything of the victim but the score, and only has to find out whether
it is 0.03 or 0.93. Without noise each attack succeeds. With it, a guess is right as often as normal noise allows:
Φ(√N · d / 2) for N pairs of runs, where d is the distance by which one client moves what is released, in standard
deviations.
"""

import re
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from producers.portfolio.aggregate import Aggregate
from producers.portfolio.disclosure import ClientSetKey, Noise, disclose
from producers.portfolio.totals import NOISE_CLIENTS, PortfolioTotals, band_rows, expected_cost, segment_rows
from tests.unit.producers.portfolio.blocks import EDGES, SEGMENTATIONS, THRESHOLD, no_noise

LOW, HIGH = 0.03, 0.93
OTHERS = (np.arange(1000) + 0.5) / 1000
"""PDs of the clients beside the victim: enough that no bin is merged, so noise alone protects the victim."""

TRIALS = 150

Read: TypeAlias = Callable[[PortfolioTotals], NDArray[np.float64]]
"""What an attacker takes from the screen: numbers that move when a client's PD does."""

GRID = np.unique([*np.arange(0, 1, 0.05), THRESHOLD / 2, THRESHOLD, 1.0])


def by_threshold(totals: PortfolioTotals) -> NDArray[np.float64]:
    """Move the threshold over everything, and note how many are below, and the sum of their PDs."""
    return np.concatenate([np.diff(part) for part in totals.below(GRID)])


def by_segment(totals: PortfolioTotals) -> NDArray[np.float64]:
    """Read the victim's segment at thresholds around both guesses."""
    rows = [segment_rows(totals, edge)[1] for edge in (0.05, THRESHOLD, 0.9, 0.95)]
    return np.array([row.share_above * len(OTHERS) / 2 for row in rows])


def by_cost(totals: PortfolioTotals) -> NDArray[np.float64]:
    """Read the cost at thresholds around both guesses, for two costs of a default: that gives counts and sums."""
    edges = (0.05, THRESHOLD, 0.9, 0.95)
    return np.array([expected_cost(totals, edge, ratio).total for edge in edges for ratio in (1.0, 2.0)])


def by_band(totals: PortfolioTotals) -> NDArray[np.float64]:
    """Read the bands as everybody does."""
    return np.array([(row.share or 0.0) * len(OTHERS) for row in band_rows(totals, THRESHOLD)])


def counted(*victims: float) -> Aggregate:
    """Return the exact totals; the segments of the clients alternate, and the victim's is the first."""
    pds = np.array([*victims, *OTHERS])
    exact = Aggregate(THRESHOLD, EDGES, SEGMENTATIONS["LATE"])
    bins = np.searchsorted(EDGES[1:-1], pds, side="right")
    np.add.at(exact.counts, bins, 1)
    np.add.at(exact.sums, bins, pds)
    np.add.at(exact.segments, ((np.arange(len(pds)) - len(victims)) % 2 + 2, bins), 1)
    return exact


WITHOUT, WITH = counted(), {victim: counted(victim) for victim in (LOW, HIGH)}


def read_of(read: Read, exact: Aggregate, noise: Noise) -> NDArray[np.float64]:
    totals = disclose(exact, noise)
    assert totals is not None
    return read(totals)


def two_runs(read: Read, name: str, victim: float) -> NDArray[np.float64]:
    """Return by how much the numbers of two runs differ, of which the second has the victim, too."""
    key = ClientSetKey(b"a secret that the attacker does not know")
    key.add([f"{name}-{number}" for number in range(len(OTHERS))], OTHERS)
    without = read_of(read, WITHOUT, key.noise("model"))
    key.add(["victim"], np.array([victim]))
    return read_of(read, WITH[victim], key.noise("model")) - without


def exactly(read: Read, victim: float) -> NDArray[np.float64]:
    """Return what the two runs would show without noise."""
    return read_of(read, WITH[victim], no_noise) - read_of(read, WITHOUT, no_noise)


def share_of_right_guesses(read: Read, pairs: int, trials: int = TRIALS) -> float:
    """Return how often an attacker who compares so many pairs of runs finds the victim's PD (likelihood ratio)."""
    direction = exactly(read, HIGH) - exactly(read, LOW)
    middle = (exactly(read, HIGH) + exactly(read, LOW)) / 2
    right = 0
    for trial in range(trials):
        victim = HIGH if trial % 2 else LOW
        seen = [two_runs(read, f"{trial}-{pair}", victim) - middle for pair in range(pairs)]
        right += (float(np.sum(seen @ direction)) > 0) == (victim == HIGH)
    return right / trials


def certainty(pairs: int) -> float:
    """Return the largest share of right guesses.

    Of a client's PD depend two counts and two sums of the bins, two counts of a segment, and as much of the reasons.
    """
    distance = (8 / (2 * NOISE_CLIENTS**2)) ** 0.5
    return NormalDist().cdf(pairs**0.5 * distance / 2)


READS = {"threshold": by_threshold, "segment": by_segment, "cost": by_cost, "band": by_band}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_without_noise_two_runs_tell_a_clients_score(read) -> None:
    assert np.abs(exactly(read, HIGH) - exactly(read, LOW)).max() > 0.9


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_two_runs_that_differ_in_one_client_hardly_tell_more_than_a_coin(read) -> None:
    assert share_of_right_guesses(read, 1) < certainty(1) + 3 * 0.5 / TRIALS**0.5


def test_ten_pairs_of_runs_leave_a_doubt() -> None:
    assert share_of_right_guesses(by_threshold, 10, trials=40) < certainty(10) + 3 * 0.5 / 40**0.5


def test_repeating_two_runs_tells_nothing_new() -> None:
    assert np.array_equal(two_runs(by_threshold, "the same", HIGH), two_runs(by_threshold, "the same", HIGH))


def test_the_documented_guarantee_is_that_of_the_noise() -> None:
    rows = re.findall(r"^\| ([\d,]+) \| (\d+) % \|$", Path("docs/privacy.md").read_text(), re.MULTILINE)
    assert [(int(pairs), int(share)) for pairs, share in rows] == [
        (pairs, round(100 * certainty(pairs))) for pairs in (1, 10, 30, 100)
    ]
