"""A hand on a slider: one request at a time, the latest values win, late answers change nothing."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reporting.pages.client.tools.counterfactual import FeatureChange
from reporting.pages.client.tools.what_if_state import WhatIfState
from reporting.problems import Problem, ScoreFailure
from tests.unit.reporting.samples import scored

BEFORE = {"A": 1.0, "B": "x", "C": None}
GOOD, BETTER = scored(0.3, [0.1]), scored(0.3, [-0.1])


def test_moves_during_a_request_are_asked_for_together_when_it_is_answered():
    state = WhatIfState(BEFORE).set_value("A", 2.0).start_request()
    first = state.request_seq

    state = state.set_value("A", 3.0).set_value("B", "y").set_value("A", 4.0)
    assert not state.needs_request

    state = state.answer_received(first, GOOD)
    assert state.changes == (FeatureChange("A", 1.0, 2.0),)  # what the answer is about, not where the hand is now
    assert state.needs_request

    state = state.start_request().answer_received(state.request_seq + 1, BETTER)
    assert set(state.changes) == {FeatureChange("A", 1.0, 4.0), FeatureChange("B", "x", "y")}
    assert state.answer.outcome is BETTER
    assert not state.needs_request


def test_a_late_answer_changes_nothing():
    asked = WhatIfState(BEFORE).set_value("A", 2.0).start_request()
    later = asked.reset().set_value("A", 5.0).start_request()

    assert later.answer_received(asked.request_seq, GOOD) is later


def test_back_at_the_clients_own_values_nothing_is_compared():
    state = WhatIfState(BEFORE).set_value("A", 2.0).start_request()
    state = state.answer_received(state.request_seq, GOOD).set_value("A", 1.0)

    assert state.changed_values == {}
    assert state.answer is None
    assert not state.needs_request


def test_no_score_is_tried_again_only_when_asked_and_recorded_only_by_a_score():
    state = WhatIfState(BEFORE).set_value("C", 2.0).start_request()
    state = state.answer_received(state.request_seq, ScoreFailure(Problem.ACCESS_NOT_RECORDED))

    assert not state.needs_request
    assert not state.access_recorded
    assert state.retry().needs_request

    state = state.retry().start_request()
    assert state.answer_received(state.request_seq, GOOD).access_recorded


class Hand(RuleBasedStateMachine):
    """Any order of moves, answers and resets ends with the answer to what is set."""

    def __init__(self):
        super().__init__()
        self.state = WhatIfState(BEFORE)
        self.wire = []

    @rule(feature=st.sampled_from(sorted(BEFORE)), value=st.integers(0, 3).map(float))
    def move(self, feature, value):
        self.state = self.state.set_value(feature, value)
        self.ask()

    @rule(values=st.dictionaries(st.sampled_from(["A", "B"]), st.just(9.0)))
    def take(self, values):
        self.state = self.state.set_values(values)
        self.ask()

    @rule()
    def reset(self):
        self.state = self.state.reset()

    @rule()
    def answer(self):
        if self.wire:
            self.state = self.state.answer_received(self.wire.pop(0), GOOD)
            self.ask()

    def ask(self):
        if self.state.needs_request:
            self.state = self.state.start_request()
            self.wire.append(self.state.request_seq)

    @invariant()
    def what_is_set_is_answered_or_on_its_way(self):
        known = self.state.answer.values if self.state.answer else {}
        assert self.state.changed_values == known or self.state.in_flight is not None
        assert all(BEFORE.get(name) != value for name, value in self.state.changed_values.items() if name in ("B", "C"))

    def teardown(self):
        while self.wire:
            self.answer()
        assert self.state.in_flight is None
        assert (self.state.answer.values if self.state.answer else {}) == self.state.changed_values


TestHand = Hand.TestCase
