"""A beeswarm shows every bin that has people, and labels say what bins hold."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract.report import EffectBin, FairnessGroup, FeatureEffect
from contract.schema import Feature, FeatureType
from reporting.pages.model.dependence import bin_label, tick_label
from reporting.pages.model.fairness import group_label
from reporting.pages.model.importance import MAX_STACK, beeswarm_dots, high_value_effect
from reporting.pages.model.svg_chart import logit, pd_ticks, sigmoid
from tests.unit.reporting.samples import EN, FR, HOME, INCOME, LATE, SCHEMA

swarms = st.lists(st.lists(st.integers(0, 500), min_size=6, max_size=6), min_size=1, max_size=40)


@given(swarms)
def test_a_bin_has_dots_when_it_has_people_and_none_is_too_high_value_text(swarm):
    found = beeswarm_dots(swarm)

    assert {dot.bin for dot in found} == {i for i, parts in enumerate(swarm) if sum(parts)}
    for bin_ in range(len(swarm)):
        mine = [dot for dot in found if dot.bin == bin_]
        assert len(mine) <= MAX_STACK
        assert [dot.value_bucket for dot in mine] == sorted(dot.value_bucket for dot in mine)
        assert all(swarm[bin_][dot.value_bucket] for dot in mine)


def test_high_values_raise_lower_or_neither():
    def effect(swarm: list[list[int]]) -> FeatureEffect:
        return FeatureEffect(importance=0.5, dependence=[], beeswarm=swarm)

    assert high_value_effect(effect([[5, 0, 0], [0, 5, 0]]), [-1, 0, 1]) == 1
    assert high_value_effect(effect([[0, 5, 0], [5, 0, 0]]), [-1, 0, 1]) == -1
    assert high_value_effect(effect([[5, 5, 0], [5, 5, 0]]), [-1, 0, 1]) == 0
    assert high_value_effect(effect([[0, 0, 9], [5, 0, 0]]), [-1, 0, 1]) == 0


def test_bins_say_what_they_hold_without_the_schemas_far_bounds():
    bins = [
        EffectBin(count=10, q1=0, median=0, q3=0, low=low, high=high)
        for low, high in ((0, 12_000), (12_000, 54_321), (54_321, 1e6))
    ]
    missing = EffectBin(count=10, q1=0, median=0, q3=0)

    assert [bin_label(INCOME, [*bins, missing], i, SCHEMA, EN).replace("\u00a0", " ") for i in range(4)] == [
        "≤ NT$ 12,000", "NT$ 12,000 to NT$ 54,321", "≥ NT$ 54,321", "Not provided"
    ]  # fmt: skip
    assert tick_label(INCOME, bins, 0, SCHEMA, FR) == "≤ 12\u202fk"
    single = [EffectBin(count=10, q1=0, median=0, q3=0, low=-1, high=-1)]
    assert bin_label(LATE, single, 0, SCHEMA, EN) == "paid (en)"
    level = [EffectBin(count=10, q1=0, median=0, q3=0, level="2")]
    assert bin_label(HOME, level, 0, SCHEMA, FR) == "tenant (fr)"


def test_groups_are_named():
    years = Feature(name="Y", type=FeatureType.NUMBER, label=INCOME.label, minimum=0, maximum=99)

    def named(**group: object) -> str:
        return group_label(years, FairnessGroup(count=1, rates=None, **group), SCHEMA, EN)  # type: ignore[arg-type]

    assert named(high=30.0) == "below 30"
    assert named(low=30.0, high=40.0) == "30 to below 40"
    assert named(low=40.0) == "40 or more"
    assert named() == "not provided"
    assert group_label(HOME, FairnessGroup(count=1, rates=None, level="1"), SCHEMA, FR) == "owner (fr)"


def test_large_numbers_are_short():
    assert [EN.compact_number(n).replace("\u202f", " ") for n in (0, 12, 999, 1500, 12_345, -2e6)] == [
        "0", "12", "999", "1.5 k", "12 k", "−2 M"
    ]  # fmt: skip


@given(st.floats(0.001, 0.99), st.floats(0.01, 5), st.floats(0.01, 5))
def test_ticks_lie_within_and_apart(pd, below, above):
    base = logit(pd)
    ticks = pd_ticks(base, -below, above, 0.3)
    places = sorted([0.0, *(at for at, _ in ticks)])

    assert all(-below <= at <= above for at, _ in ticks)
    assert all(b - a >= 0.3 for a, b in pairwise(places))
    assert all(abs(sigmoid(base + at) - reached) < 1e-9 for at, reached in ticks)
