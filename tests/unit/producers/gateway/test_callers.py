"""Under which names a caller reaches the gateway, and how often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings import Settings
from producers.gateway.auth import MAX_CALLERS, RequestCounter
from producers.gateway.middleware import AllowedHosts


class MinuteHand:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def allowed(*fields: str, **settings: str) -> bool:
    return AllowedHosts(Settings(**settings)).allow(fields)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "[::1]"])
def test_without_a_setting_this_machine_reaches_the_gateway(host):
    assert allowed(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "attacker.example",
        "127.0.0.1.attacker.example",
        "localhost.attacker.example:8080",
        "127.0.0.1:8080:1",
        "127.0.0.1 x",
        "127.0.0.1:x",
        "[::1].attacker.example",
        "@127.0.0.1",
        "0x7f.1",
        "2130706433",
    ],
)
def test_and_under_no_other_name(host):
    assert not allowed(host)


def test_neither_no_name_nor_two_names_count():
    assert not allowed()
    assert not allowed("localhost", "localhost")


def test_names_of_the_settings_count_alone():
    names = {"gateway_hosts": "Scores.bank.example, gateway:8080"}
    assert allowed("scores.bank.example", **names)
    assert allowed("scores.bank.example:443", **names)
    assert allowed("gateway:8080", **names)
    assert not allowed("gateway:8081", **names)
    assert not allowed("gateway", **names)
    assert not allowed("localhost", **names)


@given(st.lists(st.sampled_from(["one", "other"]), max_size=60), st.integers(1, 10))
def test_each_caller_has_a_limit_of_its_own(callers, limit):
    counter = RequestCounter(limit, MinuteHand())
    excess = [(subject, counter.excess(subject)) for subject in callers]
    for name in ("one", "other"):
        mine = [found for subject, found in excess if subject == name]
        assert mine == [max(0, number - limit) for number in range(1, len(mine) + 1)]


def test_a_minute_later_it_is_counted_anew():
    clock = MinuteHand()
    counter = RequestCounter(1, clock)
    assert [counter.excess("one"), counter.excess("one")] == [0, 1]
    clock.now += 20.5
    assert counter.seconds_left("one") == 40
    clock.now += 39.5
    assert counter.excess("one") == 0


def test_callers_that_are_gone_are_not_remembered():
    clock = MinuteHand()
    counter = RequestCounter(1, clock)
    for number in range(MAX_CALLERS):
        counter.excess(f"caller-{number}")
    clock.now += 61
    counter.excess("late")
    assert len(counter._counters) == 1
