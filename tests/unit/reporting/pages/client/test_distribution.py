"""Where a client stands follows from the histogram, and never claims more than it proves."""

import bisect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.baseline import BaselineHistogram
from reporting.pages.client.distribution import BARS, distribution_html, population_position, position_text
from tests.unit.reporting.samples import EN, FR, HOME, INCOME, LATE

AMOUNTS = BaselineHistogram(counts=[10, 40, 40, 10], edges=[0, 100, 500, 900, 10_000])
STEPS = BaselineHistogram(counts=[0, 3, 4, 3, 0, 0], edges=[n - 0.5 for n in range(-2, 5)])
LEVELS = BaselineHistogram(counts=[6, 2], levels=["1", "2"], missing=2)


def test_an_amount_is_higher_than_whole_bins_only() -> None:
    found = population_position(INCOME, AMOUNTS, 600)

    assert found is not None
    assert (found.lower, found.higher, found.same) == (0.5, 0.1, None)
    assert len(found.bar_heights) == BARS
    assert position_text(found, EN) == "Higher than for 50% of clients."


@pytest.mark.parametrize(("value", "words"), [(5_000, "Higher than for 90%"), (50, "Lower than for 90%")])
def test_amounts_beyond_nearly_everyone_stand_in_the_outer_bars(value: float, words: str) -> None:
    found = population_position(INCOME, AMOUNTS, value)

    assert found is not None
    assert found.client_bar == (BARS - 1 if value > 900 else 0)
    assert position_text(found, EN).startswith(words)


def test_a_whole_number_has_a_bin_of_its_own() -> None:
    found = population_position(LATE, STEPS, 1)

    assert found is not None
    assert (found.same, found.lower, found.higher, found.client_bar) == (0.3, 0.7, 0, 2)
    assert position_text(found, FR) == "Comme 30\u202f% des clients, plus élevé que chez 70\u202f%."


def test_a_value_that_nobody_has_is_marked_where_it_belongs() -> None:
    found = population_position(LATE, STEPS, 3)

    assert found is not None
    assert found.client_bar == len(found.bar_heights) - 1
    assert position_text(found, EN) == "The same as less than 1% of clients, higher than for 100%."


def test_a_level_and_a_missing_value_have_their_share() -> None:
    level, missing = population_position(HOME, LEVELS, 1.0), population_position(HOME, LEVELS, None)

    assert level is not None
    assert missing is not None
    assert position_text(level, EN) == "The same as 60% of clients."
    assert position_text(missing, EN) == "Not provided, as for 20% of clients."
    assert missing.client_bar is None


@pytest.mark.parametrize("histogram", [None, BaselineHistogram(counts=[], edges=[]), LEVELS])
def test_an_unknown_population_or_level_shows_nothing(histogram: BaselineHistogram | None) -> None:
    assert distribution_html(HOME, histogram, "never seen", FR) == ""


edges = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=25, unique=True).map(sorted)


@given(st.data(), edges)
def test_what_is_said_of_an_amount_is_true_of_the_data(data: st.DataObject, ends: list[int]) -> None:
    numbers = st.integers(ends[0], ends[-1])
    people = data.draw(st.lists(numbers, min_size=1, max_size=50))
    value = data.draw(numbers)
    counts = [0] * (len(ends) - 1)
    for person in people:
        counts[min(bisect.bisect_right(ends, person) - 1, len(counts) - 1)] += 1

    found = population_position(INCOME, BaselineHistogram(counts=counts, edges=[float(end) for end in ends]), value)

    assert found is not None
    assert found.lower <= sum(person < value for person in people) / len(people) + 1e-9
    assert found.higher <= sum(person > value for person in people) / len(people) + 1e-9
    assert found.client_bar is not None
    assert 0 <= found.client_bar < len(found.bar_heights)
    assert max(found.bar_heights) == pytest.approx(1)
    assert min(found.bar_heights) >= 0
