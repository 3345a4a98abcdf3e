"""How features divide a portfolio, and what the segments are called."""

import pyarrow as pa
import pytest
from msgspec.structs import replace

from reporting.pages.portfolio.segmentation import Segmentation, build_segmentations, segment_bounds, segment_label
from tests.unit.reporting.pages.portfolio.blocks import SEGMENTATIONS
from tests.unit.reporting.samples import AGE, BASELINE, EN, HOME, SCHEMA
from training.uci import uci_schema


def test_each_feature_is_divided_by_its_kind() -> None:
    assert list(SEGMENTATIONS) == ["AGE", "INCOME", "LATE", "HOME"]
    assert SEGMENTATIONS["AGE"].cut_points == (33.5, 49.5, 65.5, 81.5)
    assert SEGMENTATIONS["INCOME"].cut_points == (12_345, 50_000, 98_765)
    assert SEGMENTATIONS["LATE"].one_value_each
    assert SEGMENTATIONS["HOME"].size == 3
    assert "AGE" not in build_segmentations(SCHEMA, BASELINE), "nothing is known about where to cut"


def test_values_lie_from_one_cut_to_under_the_next() -> None:
    income = SEGMENTATIONS["INCOME"].segment_indices(pa.array([0.0, 12_344.0, 12_345.0, 98_765.0, None]))
    assert income.tolist() == [0, 0, 1, 3, 4]
    assert SEGMENTATIONS["LATE"].segment_indices(pa.array([-2.0, 8.0, None])).tolist() == [0, 10, 11]
    assert SEGMENTATIONS["HOME"].segment_indices(pa.array(["2", "1", None, "unknown"])).tolist() == [1, 0, 2, 2]


def test_an_unknown_level_counts_as_the_one_that_stands_for_it() -> None:
    home = Segmentation(replace(HOME, other_level="2"))
    assert home.segment_indices(pa.array(["2", "1", None, "unknown"])).tolist() == [1, 0, 2, 1]


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


def test_a_real_schema_is_divided_whole(bundle) -> None:
    assert set(build_segmentations(uci_schema(), bundle.baseline)) == set(uci_schema().by_name)


def test_durations_are_rounded_up() -> None:
    assert [EN.duration(seconds) for seconds in (0, 1.2, 120, 121)] == [
        "1\u00a0s",
        "2\u00a0s",
        "120\u00a0s",
        "3\u00a0min",
    ]
