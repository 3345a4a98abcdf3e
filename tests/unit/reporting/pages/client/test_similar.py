"""Similar clients: who is worth scoring, who is nearest, and what may be said of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.baseline import BaselineHistogram
from contract.blocks import ResultInfo
from contract.bundle import risk_band
from contract.codes import Band
from contract.disclosure import MIN_GROUP_SIZE
from contract.messages import Contribution, ModelRef
from db.clients import LevelCriterion, RangeCriterion
from reporting.pages.client.tools.similar_clients import (
    NEIGHBOUR_COUNT,
    GroupTooSmall,
    SharedReason,
    SimilarClientsSummary,
    announcement,
    group_html,
    summarize_nearest,
)
from reporting.pages.client.tools.similar_search import RANGE_SHARE, range_around, relaxed_criteria
from reporting.problems import Problem, ScoreFailure
from tests.unit.reporting.samples import BASELINE, EN, SCHEMA, scored

FEATURES = ("INCOME", "LATE")
ME = msgspec.structs.replace(
    scored(0.2, []),
    contributions=(Contribution("LATE", 1.0, 0.1), Contribution("INCOME", -0.5, -0.05)),
    client_ref="me",
)


def block(log_odds: Sequence[Sequence[float]], refs: Sequence[str] = ()) -> tuple[ResultInfo, pa.RecordBatch]:
    """An answer: a row for each pair of contributions; the PD follows from their sum."""
    n = len(log_odds)
    pds = [float(1 / (1 + np.exp(1.5 - sum(row)))) for row in log_odds]
    columns = {
        "client_ref": pa.array(refs or [f"c{i}" for i in range(n)]),
        "status": pa.array(["scored"] * n),
        "probability": pa.array(pds),
        "band": pa.array([str(risk_band(pd, 0.2)) for pd in pds]),
        "log_odds": pa.array([list(row) for row in log_odds], pa.list_(pa.float64())),
        "reasons": pa.array([["LATE:raises", "INCOME:lowers"]] * n),
    }
    info = ResultInfo("b", "b", FEATURES, 0.2, -1.5, 0.2, ModelRef("m", "m", "d"), datetime(2026, 1, 1, tzinfo=UTC))
    return info, pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def test_the_nearest_are_taken_and_the_far_ones_left() -> None:
    near, far = [[-0.5, 1.0]] * NEIGHBOUR_COUNT, [[2.0, 3.0]] * 200

    group = summarize_nearest(ME, *block(far + near))

    assert isinstance(group, SimilarClientsSummary)
    assert group.count == NEIGHBOUR_COUNT
    assert group.quartiles == (group.median, group.median) == pytest.approx((1 / (1 + np.exp(1.0)),) * 2)
    assert group.bands == {Band.LOW: 0, Band.MEDIUM: 0, Band.HIGH: NEIGHBOUR_COUNT}
    assert group.reasons == (SharedReason("LATE:raises", 1.0), SharedReason("INCOME:lowers", 1.0))


def test_the_client_is_not_one_of_them_and_a_small_group_is_not_shown() -> None:
    others = [[-0.5, 1.0]] * (MIN_GROUP_SIZE - 1)

    answer = block([*others, [-0.5, 1.0]], [*(f"c{i}" for i in range(len(others))), "me"])

    assert summarize_nearest(ME, *answer) == GroupTooSmall()


@pytest.mark.parametrize(
    ("outcome", "read_out"),
    [
        (SimilarClientsSummary(50, 0.1, (0.1, 0.1), {}, ()), "Similar clients are displayed."),
        (GroupTooSmall(), "Fewer than 20 clients are similar to this one: too few to show a group."),
        (ScoreFailure(Problem.UNEXPECTED), None),
    ],
)
def test_screen_readers_hear_what_is_on_the_screen(outcome, read_out: str | None) -> None:
    key, values = announcement(outcome)
    assert (EN.text(key, **values) if key else None) == read_out


def test_rows_without_a_score_do_not_count() -> None:
    info, answers = block([[0.0, 0.0]] * MIN_GROUP_SIZE)
    status = pa.array(["rejected"] + ["scored"] * (MIN_GROUP_SIZE - 1))

    answers = answers.set_column(answers.schema.get_field_index("status"), "status", status)

    assert summarize_nearest(ME, info, answers) == GroupTooSmall()


def test_the_words_hold_every_number_of_the_picture() -> None:
    group = SimilarClientsSummary(
        50, 0.123, (0.101, 0.159), {Band.LOW: 1, Band.MEDIUM: 48, Band.HIGH: 1}, (SharedReason("LATE:raises", 0.8),)
    )

    html = group_html(group, ME, SCHEMA, EN)

    for words in (
        "50 most similar",
        "12.3%",
        "from 10.1% to 15.9%",
        "Medium risk 96%",
        "80% of them",
        "“late (en)” raises",
    ):
        assert words in html


ladder_edges = st.lists(st.integers(-1000, 1000), min_size=2, max_size=22, unique=True).map(sorted)


@given(st.data(), ladder_edges)
def test_the_range_about_a_value_holds_it_and_enough_clients(data: st.DataObject, ends: list[int]) -> None:
    counts = data.draw(st.lists(st.integers(0, 50), min_size=len(ends) - 1, max_size=len(ends) - 1))
    value = data.draw(st.integers(ends[0], ends[-1]))

    low, high = range_around(BaselineHistogram(counts=counts, edges=[float(end) for end in ends]), value)

    assert low <= value <= high
    inside = sum(n for n, left in zip(counts, ends[:-1], strict=True) if low <= left < high)
    assert inside >= RANGE_SHARE * sum(counts)


def test_the_ladder_lets_go_of_the_weakest_factor_first_and_of_missing_values_at_once() -> None:
    result = msgspec.structs.replace(
        ME,
        contributions=(Contribution("INCOME", 0.4, 0.1), Contribution("LATE", -0.9, 0.1), Contribution("HOME", 2, 1)),
    )

    ladder = relaxed_criteria(result, {"INCOME": 20_000.0, "LATE": 0, "HOME": None}, SCHEMA, BASELINE)

    assert ladder == [
        (RangeCriterion("LATE", -0.5, 0.5), RangeCriterion("INCOME", 12_345, 50_000)),
        (RangeCriterion("LATE", -0.5, 0.5),),
        (),
    ]


def test_a_choice_is_looked_for_by_its_level() -> None:
    baseline = msgspec.structs.replace(BASELINE, features={"HOME": BaselineHistogram(counts=[5, 5], levels=["1", "2"])})
    result = msgspec.structs.replace(ME, contributions=(Contribution("HOME", 2, 1),))

    assert relaxed_criteria(result, {"HOME": 2.0}, SCHEMA, baseline)[0] == (LevelCriterion("HOME", ("2",)),)
