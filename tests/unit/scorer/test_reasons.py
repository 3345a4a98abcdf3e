import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scorer.reasons import reason_codes, strongest_first

unhurried = settings(deadline=None)

sizes = st.floats(-2, 2) | st.sampled_from([0.0, 0.5, -0.5])
log_odds = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=sizes)


@unhurried
@given(log_odds, st.integers(1, 12))
def test_strongest_first_and_ties_keep_the_order_of_columns(log_odds: np.ndarray, count: int) -> None:
    count = min(count, log_odds.shape[1])
    expected = np.argsort(-np.abs(log_odds), axis=1, kind="stable")[:, :count]
    assert strongest_first(log_odds, count).tolist() == expected.tolist()


def test_rows_without_numbers_do_no_harm() -> None:
    assert strongest_first(np.full((1, 3), np.nan), 2).shape == (1, 2)


def test_codes_name_the_direction_of_risk() -> None:
    assert reason_codes(["a", "b"]).tolist() == [["a:lowers", "b:lowers"], ["a:raises", "b:raises"]]
