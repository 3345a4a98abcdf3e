"""A hand on a slider: one request at a time, the latest values win, late answers change nothing."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reporting.pages.client.tools.counterfactual import Change
from reporting.pages.client.tools.what_if_state import Trial
from reporting.problems import NotScored, Problem
from tests.unit.reporting.samples import scored

BEFORE = {"A": 1.0, "B": "x", "C": None}
GOOD, BETTER = scored(0.3, [0.1]), scored(0.3, [-0.1])


def test_moves_during_a_request_are_asked_for_together_when_it_is_answered():
    trial = Trial(BEFORE).move("A", 2.0).ask()
    first = trial.ticket

    trial = trial.move("A", 3.0).move("B", "y").move("A", 4.0)
    assert not trial.due

    trial = trial.answered(first, GOOD)
    assert trial.changes == (Change("A", 1.0, 2.0),)  # what the answer is about, not where the hand is now
    assert trial.due

    trial = trial.ask().answered(trial.ticket + 1, BETTER)
    assert set(trial.changes) == {Change("A", 1.0, 4.0), Change("B", "x", "y")}
    assert trial.answer.outcome is BETTER
    assert not trial.due


def test_a_late_answer_changes_nothing():
    asked = Trial(BEFORE).move("A", 2.0).ask()
    later = asked.reset().move("A", 5.0).ask()

    assert later.answered(asked.ticket, GOOD) is later


def test_back_at_the_clients_own_values_nothing_is_compared():
    trial = Trial(BEFORE).move("A", 2.0).ask()
    trial = trial.answered(trial.ticket, GOOD).move("A", 1.0)

    assert trial.changed == {}
    assert trial.answer is None
    assert not trial.due


def test_no_score_is_tried_again_only_when_asked_and_recorded_only_by_a_score():
    trial = Trial(BEFORE).move("C", 2.0).ask()
    trial = trial.answered(trial.ticket, NotScored(Problem.NOT_RECORDED))

    assert not trial.due
    assert not trial.recorded
    assert trial.retry().due

    trial = trial.retry().ask()
    assert trial.answered(trial.ticket, GOOD).recorded


class Hand(RuleBasedStateMachine):
    """Any order of moves, answers and resets ends with the answer to what is set."""

    def __init__(self):
        super().__init__()
        self.trial = Trial(BEFORE)
        self.wire = []

    @rule(feature=st.sampled_from(sorted(BEFORE)), value=st.integers(0, 3).map(float))
    def move(self, feature, value):
        self.trial = self.trial.move(feature, value)
        self.ask()

    @rule(values=st.dictionaries(st.sampled_from(["A", "B"]), st.just(9.0)))
    def take(self, values):
        self.trial = self.trial.take(values)
        self.ask()

    @rule()
    def reset(self):
        self.trial = self.trial.reset()

    @rule()
    def answer(self):
        if self.wire:
            self.trial = self.trial.answered(self.wire.pop(0), GOOD)
            self.ask()

    def ask(self):
        if self.trial.due:
            self.trial = self.trial.ask()
            self.wire.append(self.trial.ticket)

    @invariant()
    def what_is_set_is_answered_or_on_its_way(self):
        known = self.trial.answer.values if self.trial.answer else {}
        assert self.trial.changed == known or self.trial.asked is not None
        assert all(BEFORE.get(name) != value for name, value in self.trial.changed.items() if name in ("B", "C"))

    def teardown(self):
        while self.wire:
            self.answer()
        assert self.trial.asked is None
        assert (self.trial.answer.values if self.trial.answer else {}) == self.trial.changed


TestHand = Hand.TestCase
