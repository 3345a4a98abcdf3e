"""Reading is unusual against a person's own days, not against others' or a fixed number alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.unusual_reading import MIN_FILES, MIN_LISTED, MIN_REFUSALS, ReadingDay, summarize


def _days(actor: str, *files: int) -> list[ReadingDay]:
    """The last day first."""
    return [ReadingDay(actor, ago, count, 10 * count, 0) for ago, count in enumerate(files)]


def test_a_busy_person_is_usual_and_a_quiet_one_who_reads_as_much_is_not() -> None:
    report = summarize([*_days("busy", 80, 70, 60), *_days("quiet", 80, 5, 7)])
    assert [reader.actor for reader in report.unusual] == ["quiet"]
    assert report.unusual[0].usual_files == 6


@pytest.mark.parametrize(
    ("day", "unusual"),
    [
        (ReadingDay("anna", 0, MIN_FILES, MIN_LISTED, MIN_REFUSALS), False),
        (ReadingDay("anna", 0, MIN_FILES + 1, 0, 0), True),
        (ReadingDay("anna", 0, 0, MIN_LISTED + 1, 0), True),
        (ReadingDay("anna", 0, 0, 0, MIN_REFUSALS + 1), True),
        (ReadingDay("anna", 1, 1_000, 10_000, 1_000), False),
    ],
)
def test_a_person_without_days_before_is_unusual_beyond_the_least_limits(day: ReadingDay, unusual: bool) -> None:
    assert bool(summarize([day]).unusual) == unusual


def test_days_without_work_do_not_lower_the_mean() -> None:
    away = [ReadingDay("anna", 13, 60, 0, 0), ReadingDay("anna", 0, 150, 0, 0)]
    assert summarize(away).unusual == []


@given(st.lists(st.integers(0, 500), min_size=1, max_size=15), st.integers(1, 200))
def test_who_read_more_on_the_days_before_is_never_more_unusual(files: list[int], more: int) -> None:
    before = summarize(_days("anna", *files)).unusual
    busier = summarize(_days("anna", files[0], *(count + more for count in files[1:]))).unusual
    assert bool(busier) <= bool(before)


def test_refusals_are_counted_together() -> None:
    report = summarize([ReadingDay("anna", 0, 0, 0, 2), ReadingDay("anna", 1, 0, 0, 50)], 7, refused_services=3)
    assert (report.refused, report.unauthenticated) == (5, 7)
