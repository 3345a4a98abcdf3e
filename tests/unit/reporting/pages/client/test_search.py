"""The search starts over when the question changes, and takes only the answer to its last question."""

from db.clients import ClientPage, ClientQuery, RangeCriterion
from reporting.pages.client.client_search import PAGE_ROWS, REFERENCE, Search

PAGE = ClientPage([], 0, exact=True)


def test_a_new_filter_goes_to_the_first_page() -> None:
    search = Search().turn(3).filter(" 00a ", (RangeCriterion("INCOME", 1, None),))

    assert search.page == 0
    assert search.query == ClientQuery("00a", (RangeCriterion("INCOME", 1, None),))


def test_sorting_twice_turns_the_order_around() -> None:
    once, twice = Search().order("INCOME"), Search().order("INCOME").order("INCOME")

    assert (once.sort, once.descending) == ("INCOME", False)
    assert (twice.sort, twice.descending) == ("INCOME", True)
    assert Search().order(REFERENCE).descending is True  # it is the order to begin with


def test_pages_do_not_go_below_the_first() -> None:
    assert Search().turn(-1).offset == 0
    assert Search().turn(2).offset == 2 * PAGE_ROWS


def test_only_the_last_answer_counts() -> None:
    first = Search().again()
    second = first.filter("a", ())

    assert second.found(first.ticket, PAGE) is second
    assert second.found(second.ticket, PAGE).busy is False
