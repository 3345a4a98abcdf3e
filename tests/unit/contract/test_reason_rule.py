"""A reason never contradicts the side of the clients' median that its value lies on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.baseline import BaselineHistogram
from contract.reason_rule import ReasonBounds, is_reason, reason_bounds, risk_shares
from contract.schema import Feature, FeatureType, LocalizedText
from training.baseline import histogram

AMOUNT = Feature(
    name="amount", type=FeatureType.NUMBER, label=LocalizedText(en="amount"), minimum=-100, maximum=100, monotone=-1,
    missing_allowed=True,
)  # fmt: skip
COUNT = replace(AMOUNT, name="count", type=FeatureType.INTEGER, minimum=0, maximum=12, monotone=1)

amounts = st.lists(st.floats(-100, 100).map(lambda x: round(x, 2)), min_size=1, max_size=80)
counts = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=80)
columns = amounts.map(lambda values: (AMOUNT, values)) | counts.map(lambda values: (COUNT, values))


def of(feature: Feature, values: list[float]) -> BaselineHistogram:
    return histogram(feature, pd.Series(values))


@given(counts)
def test_the_median_of_whole_numbers_is_exact(values: list[float]) -> None:
    median = of(COUNT, values).median

    assert median is not None
    assert sum(value < median for value in values) <= len(values) / 2
    assert sum(value > median for value in values) <= len(values) / 2


@given(st.integers(21, 400), st.integers(0, 10**6))
def test_the_median_of_amounts_is_exact(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).lognormal(1, 1, n).clip(-100, 100).round(1)

    assert of(AMOUNT, values.tolist()).median == pytest.approx(np.median(values))


@given(columns, st.integers(0, 79), st.sampled_from([1, -1]))
def test_a_stated_direction_is_true_of_the_value(column, which: int, monotone) -> None:
    feature, values = replace(column[0], monotone=monotone), column[1]
    value, known = values[which % len(values)], of(*column)
    beyond = monotone * (value - float(known.median or 0))  # above 0: on the risky side
    shares = risk_shares(feature, known, value)

    assert shares is not None
    if is_reason(feature, known, value, "raises"):
        assert beyond >= 0
        assert beyond > 0 or shares.safer > shares.riskier
    else:
        assert beyond <= 0
    if is_reason(feature, known, value, "lowers"):
        assert beyond <= 0
        assert beyond < 0 or shares.riskier > 0
    else:
        assert beyond >= 0


@given(columns, st.integers(0, 79))
def test_shares_are_certain(column, which: int) -> None:
    feature, values = column
    value = values[which % len(values)]
    below, above = (sum(sign * other > sign * value for other in values) / len(values) for sign in (-1, 1))
    safer, riskier = (below, above) if feature.monotone > 0 else (above, below)

    shares = risk_shares(feature, of(*column), value)

    assert shares is not None
    assert shares.safer <= safer + 1e-9
    assert shares.riskier <= riskier + 1e-9


LATE = BaselineHistogram(counts=[70, 20, 10], edges=[-0.5, 0.5, 1.5, 2.5])


@pytest.mark.parametrize(
    ("monotone", "value", "raises", "lowers"),
    [
        (1, 0, False, True),  # never late, as most are: that lowers the risk, for others are late
        (1, 1, True, False),
        (-1, 0, True, False),  # no savings account, as most have none: others have some
        (-1, 2, False, True),
    ],
)
def test_at_the_median_the_other_clients_decide(monotone, value, raises: bool, lowers: bool) -> None:
    feature = replace(COUNT, monotone=monotone)

    assert is_reason(feature, LATE, value, "raises") is raises
    assert is_reason(feature, LATE, value, "lowers") is lowers


@pytest.mark.parametrize(
    ("feature", "known", "value"),
    [
        (replace(COUNT, monotone=0), LATE, 0),
        (COUNT, None, 0),
        (COUNT, BaselineHistogram(counts=[0, 0, 0], edges=LATE.edges, missing=5), 0),
        (COUNT, LATE, None),
        (replace(COUNT, codes={"1": None}), LATE, 1),
        (replace(COUNT, outside="missing"), LATE, 99),
    ],
    ids=["free", "no population", "nobody has a value", "no value", "a code", "out of bounds"],
)
def test_without_something_to_compare_nothing_contradicts(feature, known, value) -> None:
    assert risk_shares(feature, known, value) is None
    assert is_reason(feature, known, value, "raises")
    assert is_reason(feature, known, value, "lowers")


def test_without_a_direction_there_are_no_bounds() -> None:
    assert reason_bounds(replace(COUNT, monotone=0), LATE) == ReasonBounds()
