"""Rate and time left."""

import pytest

from reporting.pages.portfolio.run import WINDOW_SECONDS, ThroughputMeter


def test_nothing_is_said_at_the_beginning() -> None:
    meter = ThroughputMeter()
    assert (meter.rate, meter.seconds_left(10)) == (None, None)
    meter.record(0, 0)
    meter.record(0.5, 1000)
    assert (meter.rate, meter.seconds_left(10_000)) == (None, None)


def test_a_steady_run_has_a_steady_meter() -> None:
    meter = ThroughputMeter()
    for tick in range(100):
        meter.record(tick / 4, tick * 100)
    assert meter.rate == pytest.approx(400)
    assert meter.seconds_left(9_900 + 800) == pytest.approx(2)
    assert meter.seconds_left(9_000) == 0


def test_the_pace_follows_a_change_within_the_window() -> None:
    meter = ThroughputMeter()
    meter.record(0, 0)
    meter.record(10, 10)
    for tick in range(1, 61):
        meter.record(10 + tick / 4, 10 + tick * 100)
    assert meter.rate == pytest.approx(400)
    assert WINDOW_SECONDS < 15


def test_a_run_that_stands_still_has_no_end() -> None:
    meter = ThroughputMeter()
    for second in range(4):
        meter.record(second, 5)
    assert (meter.rate, meter.seconds_left(10)) == (0, None)
