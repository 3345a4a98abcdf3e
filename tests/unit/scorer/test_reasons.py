from scorer.reasons import MAX_REASONS, reason_codes, strongest_first


def test_strongest_first_by_size_with_direction_of_risk() -> None:
    log_odds = [0.1, -0.9, 0.0, 0.5]
    codes = reason_codes(["a", "b", "c", "d"], log_odds, strongest_first(log_odds))
    assert codes == ["b:lowers", "d:raises", "a:raises"]


def test_ties_keep_the_order_of_columns() -> None:
    assert strongest_first([0.5, -0.5, 0.5]) == [0, 1, 2]


def test_at_most_as_many_as_one_can_say() -> None:
    log_odds = [1.0] * 20
    assert len(reason_codes([f"f{i}" for i in range(20)], log_odds, strongest_first(log_odds))) == MAX_REASONS
