"""The search is exact: over its grid, nothing cheaper crosses the threshold."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.pages.client.tools.recourse_search import (
    MAX_CANDIDATE_ROWS,
    ActionableFeature,
    CandidateValue,
    actionable_features,
    build_candidate_grid,
    cheapest_counterfactuals,
)
from reporting.pages.client.tools.what_if_state import slider_span
from tests.unit.reporting.pages.what_if.samples import CLIENT, EARNED, PEOPLE, SCHEMA, SPENT


def features_of(*sizes):
    return tuple(
        ActionableFeature(f"F{i}", 0.0, tuple(CandidateValue(float(j), (i + 1) * j / 100) for j in range(1, size + 1)))
        for i, size in enumerate(sizes)
    )


def scorer(weights):
    """A model in which every step of feature i lowers the PD by its weight."""
    return lambda columns: 0.5 - sum(np.array(values) * weights[name] for name, values in columns.items())


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.data())
def test_the_first_proposal_is_the_cheapest_of_all_combinations(sizes, data):
    features = features_of(*sizes)
    weights = {m.name: data.draw(st.floats(-0.02, 0.08)) for m in features}
    threshold = data.draw(st.floats(0.1, 0.49))

    found = cheapest_counterfactuals(build_candidate_grid(features), scorer(weights), threshold)

    ways = [[(0.0, 0.0), *((step.value, step.cost) for step in m.candidates)] for m in features]
    crossing = [
        sum(cost for _, cost in way)
        for way in itertools.product(*ways)
        if 0.5 - sum(value * weights[m.name] for m, (value, _) in zip(features, way, strict=True)) < threshold - 1e-9
    ]
    if crossing:
        assert found[0].cost <= min(crossing) + 1e-9
    for proposal in found:
        assert proposal.probability < threshold
        assert 1 <= len(proposal.changes) <= 3


class _Trees:
    """A made-up model: one split on each feature, somewhere within the bounds, in either direction."""

    def __init__(self, rng):
        self.cuts = {f.name: rng.uniform(f.minimum, f.maximum) for f in (EARNED, SPENT)}
        self.weights = {name: rng.choice([-1, 1]) * rng.uniform(0.1, 0.4) for name in self.cuts}
        self.weights["INCOME"] = -abs(self.weights["INCOME"])

    def score(self, columns):
        return 0.5 + sum(w * (np.array(columns[n]) > self.cuts[n]) for n, w in self.weights.items() if n in columns)


@pytest.mark.parametrize("seed", range(300))
def test_whatever_one_feature_alone_can_reach_is_found(seed):
    rng = np.random.default_rng(seed)
    model, client = _Trees(rng), CLIENT | {"INCOME": float(rng.lognormal(10, 1)), "SPENT": float(rng.uniform(0, 3e4))}
    before = {name: [client[name]] for name in ("INCOME", "SPENT", "LATE", "SAVINGS")}
    threshold = float(model.score(before)[0]) - 0.05

    def lowest(feature):
        start, end, _ = slider_span(feature, PEOPLE.features[feature.name], client[feature.name])
        ends = [feature.minimum, feature.maximum, start, end]
        reached = model.score({n: values * len(ends) for n, values in before.items()} | {feature.name: ends})
        return reached.min()

    found = cheapest_counterfactuals(
        build_candidate_grid(actionable_features(SCHEMA, PEOPLE, client)), model.score, threshold
    )

    assert bool(found) or min(lowest(EARNED), lowest(SPENT)) >= threshold


def test_other_proposals_do_not_repeat_the_first_with_something_more():
    found = cheapest_counterfactuals(
        build_candidate_grid(features_of(5, 5, 5)), scorer({"F0": 0.05, "F1": 0.05, "F2": 0.05}), 0.35
    )

    groups = [{change.feature for change in proposal.changes} for proposal in found]
    assert groups == [{"F0"}, {"F1"}, {"F2"}]
    assert [proposal.cost for proposal in found] == pytest.approx([0.04, 0.08, 0.12])


def test_rows_without_a_score_propose_nothing():
    assert cheapest_counterfactuals(build_candidate_grid(features_of(3)), lambda columns: np.full(3, np.nan), 0.5) == ()


def test_without_anything_to_change_nobody_is_asked():
    def nobody(_columns):
        raise AssertionError("asked")

    assert cheapest_counterfactuals(build_candidate_grid(()), nobody, 0.5) == ()


@pytest.mark.parametrize("sizes", [(20, 40, 20), (30,) * 6, (50,) * 20, (40,) * 100])
def test_the_grid_is_as_fine_as_the_worker_can_score_at_once(sizes):
    candidates = build_candidate_grid(features_of(*sizes))

    assert 0 < len(candidates.positions) <= MAX_CANDIDATE_ROWS
    assert len(np.unique(candidates.positions, axis=0)) == len(candidates.positions)
    assert (candidates.positions.max(axis=0) >= 1).all()


def test_only_what_is_actionable_and_known_moves():
    names = {feature.name for feature in actionable_features(SCHEMA, PEOPLE, CLIENT)}
    assert names == {"INCOME", "LATE", "SAVINGS", "SPENT"}

    without = {feature.name for feature in actionable_features(SCHEMA, PEOPLE, CLIENT | {"SPENT": None})}
    assert without == {"INCOME", "LATE", "SAVINGS"}
