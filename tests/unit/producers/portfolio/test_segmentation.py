"""How features divide a portfolio."""

import pyarrow as pa
from msgspec.structs import replace

from producers.portfolio.segmentation import Segmentation, build_segmentations
from tests.unit.producers.portfolio.blocks import SEGMENTATIONS
from tests.unit.reporting.samples import BASELINE, HOME, SCHEMA
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


def test_a_real_schema_is_divided_whole(bundle) -> None:
    assert set(build_segmentations(uci_schema(), bundle.baseline)) == set(uci_schema().by_name)
