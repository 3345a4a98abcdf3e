"""Which contributions become reason codes, and the measure of it on the shipped clients."""

from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from contract.baseline import BaselineHistogram
from contract.bundle import Bundle
from contract.reason_rule import ReasonBounds, is_reason
from contract.schema import Feature, FeatureSchema, FeatureType, LocalizedText
from scorer.contributions import MAX_REASONS, stated_reasons, strongest_first
from scorer.engine import Engine
from training.baseline import histogram
from training.uci import load_uci


def contradictions(stated: NDArray[np.float64], rows: NDArray[np.float64], monotone: NDArray[np.int64]) -> int:
    """Return how many of the MAX_REASONS strongest contributions contradict their monotone direction at their value.

    That is: it raises the risk of a client whose value is on the safe side of the population's median, or lowers that
    of one on the risky side. All arrays are (n, k), `monotone` (k,).
    """
    side = np.sign(rows - np.nanmedian(rows, axis=0)) * monotone
    strongest = strongest_first(stated, min(MAX_REASONS, stated.shape[1]))
    against = np.sign(stated) * side < 0
    return int(np.take_along_axis(against, strongest, axis=1).sum())


def test_no_reason_of_the_shipped_model_contradicts_its_value(bundle: Bundle) -> None:
    features = bundle.schema.model_features
    rows = load_uci().frame[[feature.name for feature in features]].to_numpy(np.float64)
    monotone = np.array([feature.monotone for feature in features])

    scores = Engine(bundle).score(rows)

    assert len(rows) == 30_000
    assert contradictions(scores.contributions, rows, monotone) > 1_000, "the measure finds what there is to find"
    assert contradictions(scores.stated, rows, monotone) == 0
    # ... and a reason is a contribution, unchanged: only some are left out.
    kept = scores.stated != 0
    assert (scores.stated[kept] == scores.contributions[kept]).all()


values = hnp.arrays(np.float64, (5, 3), elements=st.floats(-10, 10) | st.just(np.nan))
bounds = st.builds(ReasonBounds, st.floats(-10, 10), st.floats(-10, 10))


@given(
    values,
    values,
    st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=3),
    st.lists(bounds, min_size=3, max_size=3),
)
def test_only_the_side_of_the_value_decides(log_odds, rows, monotone, limits) -> None:
    stated = stated_reasons(
        log_odds,
        rows,
        np.array(monotone, np.float64),
        np.array([bound.raises_from for bound in limits]),
        np.array([bound.lowers_to for bound in limits]),
    )

    for (row, k), amount in np.ndenumerate(rows):
        risk, against = amount * monotone[k], False
        if monotone[k]:
            against = risk < limits[k].raises_from if log_odds[row, k] > 0 else risk > limits[k].lowers_to
            against = against and log_odds[row, k] != 0 and not np.isnan(log_odds[row, k])
        np.testing.assert_equal(stated[row, k], 0.0 if against else log_odds[row, k])


@pytest.fixture
def monotone(tiny_bundle: Bundle) -> Bundle:
    """The tiny model, whose late months may only raise the risk, among clients who are 6 months late at the median."""
    late = msgspec.structs.replace(tiny_bundle.schema["late"], monotone=1)
    features = [late if feature.name == "late" else feature for feature in tiny_bundle.schema]
    known = BaselineHistogram(counts=[1, 1, 0, 0, 0, 0, 0, 1, 4, 1, 1], edges=[n - 0.5 for n in range(-2, 10)])
    return replace(
        tiny_bundle,
        schema=msgspec.structs.replace(tiny_bundle.schema, features=features),
        baseline=msgspec.structs.replace(tiny_bundle.baseline, features={"late": known}),
    )


def test_the_engine_states_by_the_rule_of_the_contract(monotone: Bundle) -> None:
    features = monotone.schema.model_features
    late = [feature.name for feature in features].index("late")
    assert features[late].type is FeatureType.INTEGER
    rows = np.random.default_rng(5).uniform(0, 1, (400, len(features)))
    rows[:, late] = np.random.default_rng(6).integers(-2, 9, 400)

    scores = Engine(monotone).score(rows)

    given_out = scores.contributions[:, late]
    expected = [
        is_reason(
            features[late], monotone.baseline.features["late"], float(row[late]), "raises" if part > 0 else "lowers"
        )
        for row, part in zip(rows, given_out, strict=True)
    ]
    assert not all(expected)
    assert ((scores.stated[:, late] != 0) == (np.array(expected) & (given_out != 0))).all()


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.tuples(*[st.sampled_from([-1, 0, 1])] * 4))
def test_no_model_states_a_contradiction_and_every_sum_stays(tiny_bundle: Bundle, seed: int, directions) -> None:
    random = np.random.default_rng(seed)
    rows = np.column_stack([random.lognormal(0, 1, 300), random.integers(0, 9, 300), random.normal(0, 3, (300, 2))])
    risk = rows @ (np.array(directions) + random.normal(0, 0.2, 4)) + rows[:, 0] * rows[:, 2]
    target = (risk > np.quantile(risk, 0.8)).astype(int)
    features = [
        Feature(
            name=f"f{i}", type=FeatureType.NUMBER, label=LocalizedText(en="f"), minimum=-100, maximum=100, monotone=way
        )
        for i, way in enumerate(directions)
    ]
    parameters = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "monotone_constraints": directions}
    booster = xgboost.train(parameters, xgboost.DMatrix(rows, target, nthread=1), 8)
    known = {feature.name: histogram(feature, pd.Series(rows[:, i])) for i, feature in enumerate(features)}
    engine = Engine(
        replace(
            tiny_bundle,
            model=bytes(booster.save_raw("ubj")),
            schema=FeatureSchema(name="s", features=features),
            baseline=msgspec.structs.replace(tiny_bundle.baseline, features=known),
        )
    )

    scores = engine.score(rows)

    assert contradictions(scores.stated, rows, np.array(directions)) == 0
    log_odds = engine.base_log_odds + scores.contributions.sum(axis=1)
    assert scores.probability == pytest.approx(1 / (1 + np.exp(-log_odds)))
