"""What the segments of a portfolio are called."""

import pytest

from producers.portfolio.segmentation import Segmentation
from reporting.pages.portfolio.segment_labels import segment_bounds, segment_label
from tests.unit.producers.portfolio.blocks import SEGMENTATIONS
from tests.unit.reporting.samples import AGE, EN, SCHEMA


def test_bounds_of_whole_numbers_are_included() -> None:
    age = Segmentation(AGE, (33.5, 50.0))
    assert [segment_bounds(age, i, i) for i in range(3)] == [(None, 33), (34, 49), (50, None)]
    assert segment_bounds(age, 1, 2) == (34, None)


@pytest.mark.parametrize(
    ("feature", "positions", "label"),
    [
        ("INCOME", (0,), "under NT$\u00a012,345"),
        ("INCOME", (1, 2), "NT$\u00a012,345 to NT$\u00a098,765"),
        ("INCOME", (3, 4), "NT$\u00a098,765 or more, not provided"),
        ("INCOME", (0, 1, 2, 3), "Any"),
        ("AGE", (0,), "up to 33\u00a0years"),
        ("AGE", (1,), "34\u00a0years to 49\u00a0years"),
        ("LATE", (1, 2, 3), "paid (en), revolving (en), 1"),
        ("LATE", (4, 5, 6, 7), "2, 3, + 2"),
        ("HOME", (0, 2), "owner (en), not provided"),
        ("HOME", (2,), "not provided"),
    ],
)
def test_segments_have_names(feature, positions, label) -> None:
    assert segment_label(SEGMENTATIONS[feature], positions, SCHEMA, EN) == label


def test_durations_are_rounded_up() -> None:
    assert [EN.duration(seconds) for seconds in (0, 1.2, 120, 121)] == [
        "1\u00a0s",
        "2\u00a0s",
        "120\u00a0s",
        "3\u00a0min",
    ]
