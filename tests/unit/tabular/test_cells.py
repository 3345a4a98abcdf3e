"""Cells of a stream: every part in the style of the first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from tabular.cells import UNREADABLE, CellReader

SCHEMA = FeatureSchema(
    "cells",
    (
        Feature(name="x", type=FeatureType.NUMBER, label=LocalizedText(en="x"), minimum=0, maximum=1e9),
        Feature(name="y", type=FeatureType.NUMBER, label=LocalizedText(en="y"), minimum=0, maximum=1e9),
        Feature(
            name="c",
            type=FeatureType.CATEGORICAL,
            label=LocalizedText(en="c"),
            levels=[Level(level, LocalizedText(en=level)) for level in ("a", "None")],
        ),
    ),
)


def read(*parts: Sequence[str | None], y: str = "1") -> list[object]:
    reader = CellReader(SCHEMA)
    return [cell for part in parts for cell in reader.read({"x": part, "y": [y] * len(part)})["x"]]


@pytest.mark.parametrize(
    ("parts", "y", "cells"),
    [
        ([["1.234", "1,5"], ["1.234"]], "1", [1234, 1.5, 1234]),
        ([["1.234"], ["1,5", "1.234"]], "1", [1.234, UNREADABLE, 1.234]),
        ([["1.234"]], "2,5", [1234]),
        ([["1,234"], ["1,234"]], "1", [UNREADABLE, UNREADABLE]),
        ([["1,234"], ["$1,234.50"]], "2.5", [1234, 1234.5]),
        ([["1 234", "?", None, "yes", "many"]], "1", [1234, None, None, "yes", UNREADABLE]),
    ],
)
def test_a_later_part_means_the_same_by_the_same_cell(parts: list[list[str]], y: str, cells: list[object]) -> None:
    assert read(*parts, y=y) == cells


def test_a_word_for_missing_that_is_a_level_is_that_level() -> None:
    assert CellReader(SCHEMA).read({"c": ["a", " None", "NA", None]}) == {"c": ["a", "None", None, None]}


@given(st.lists(st.sampled_from(["1.5", "2,5", "1.234", "1,234", "7", "$5", "?", "x"]), min_size=1), st.integers(1, 9))
def test_numbers_of_a_part_do_not_depend_on_those_that_follow(cells: list[str], first: int) -> None:
    whole = read(cells[:first], cells[first:])
    assert whole[:first] == read(cells[:first])
    assert [read(cells[:first], [cell])[-1] for cell in cells[first:]] == whole[first:]
