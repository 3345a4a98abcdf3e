"""Rate and time left."""

import pytest

from reporting.pages.portfolio.run import WINDOW_SECONDS, Pace


def test_nothing_is_said_at_the_beginning() -> None:
    pace = Pace()
    assert (pace.rate, pace.left(10)) == (None, None)
    pace.note(0, 0)
    pace.note(0.5, 1000)
    assert (pace.rate, pace.left(10_000)) == (None, None)


def test_a_steady_run_has_a_steady_pace() -> None:
    pace = Pace()
    for tick in range(100):
        pace.note(tick / 4, tick * 100)
    assert pace.rate == pytest.approx(400)
    assert pace.left(9_900 + 800) == pytest.approx(2)
    assert pace.left(9_000) == 0


def test_the_pace_follows_a_change_within_the_window() -> None:
    pace = Pace()
    pace.note(0, 0)
    pace.note(10, 10)
    for tick in range(1, 61):
        pace.note(10 + tick / 4, 10 + tick * 100)
    assert pace.rate == pytest.approx(400)
    assert WINDOW_SECONDS < 15


def test_a_run_that_stands_still_has_no_end() -> None:
    pace = Pace()
    for second in range(4):
        pace.note(second, 5)
    assert (pace.rate, pace.left(10)) == (0, None)
