"""Controls span what clients have, within the schema's bounds, and always hold the client's own value."""

from hypothesis import given
from hypothesis import strategies as st

from reporting.pages.client.tools.what_if_state import SelectControl, build_controls
from tests.unit.reporting.pages.what_if.samples import CLIENT, PEOPLE, SCHEMA


def control(name, value):
    return next(c for c in build_controls(SCHEMA, PEOPLE, CLIENT | {name: value}) if c.feature.name == name)


def test_each_actionable_feature_of_the_model_has_one():
    assert [c.feature.name for c in build_controls(SCHEMA, PEOPLE, CLIENT)] == ["INCOME", "LATE", "SAVINGS", "SPENT"]


@given(st.floats(0, 1e6))
def test_a_slider_holds_the_value_within_the_bounds(value):
    slider = control("INCOME", value)

    assert 0 <= slider.start <= slider.value <= slider.end <= 1e6
    assert slider.value == value == slider.client_value
    assert (slider.end - slider.start) / slider.step <= 102


def test_whole_numbers_move_in_whole_steps():
    slider = control("LATE", 1)

    assert (slider.start, slider.end, slider.step) == (-1, 1, 1)


def test_without_a_value_a_slider_stands_between_its_ends():
    slider = control("SPENT", None)

    assert slider.client_value is None
    assert slider.start < slider.value < slider.end
    assert control("SAVINGS", None) == SelectControl(SCHEMA["SAVINGS"], None, ("none", "some", "much"))
