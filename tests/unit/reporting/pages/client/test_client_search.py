"""The search starts over when the question changes, and takes only the answer to its last question."""

from db.clients import ClientQuery, ClientSearchResult, RangeCriterion
from reporting.pages.client.client_search import PAGE_SIZE, REFERENCE, ClientSearch

PAGE = ClientSearchResult([], 0, exact=True)


def test_a_new_filter_goes_to_the_first_page() -> None:
    search = ClientSearch().go_to_page(3).filter(" 00a ", (RangeCriterion("INCOME", 1, None),))

    assert search.page == 0
    assert search.query == ClientQuery("00a", (RangeCriterion("INCOME", 1, None),))


def test_sorting_twice_turns_the_order_around() -> None:
    once, twice = ClientSearch().sort_by("INCOME"), ClientSearch().sort_by("INCOME").sort_by("INCOME")

    assert (once.sort, once.descending) == ("INCOME", False)
    assert (twice.sort, twice.descending) == ("INCOME", True)
    assert ClientSearch().sort_by(REFERENCE).descending is True  # it is the order to begin with


def test_pages_do_not_go_below_the_first() -> None:
    assert ClientSearch().go_to_page(-1).offset == 0
    assert ClientSearch().go_to_page(2).offset == 2 * PAGE_SIZE


def test_only_the_last_answer_counts() -> None:
    first = ClientSearch().refresh()
    second = first.filter("a", ())

    assert second.with_result(first.request_seq, PAGE) is second
    assert second.with_result(second.request_seq, PAGE).busy is False
