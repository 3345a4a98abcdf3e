"""One advisor's search as a state machine. No I/O; an outcome whose ticket is not the current one comes too late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from db.clients import Choice, ClientPage, ClientQuery, Range
from reporting.pages.client.listing import PAGE_ROWS, REFERENCE
from reporting.problems import Problem


@dataclass(frozen=True)
class Search:
    """What is looked for, in which order, which page, and what was found."""

    text: str = ""
    criteria: Sequence[Range | Choice] = ()
    sort: str | None = None
    descending: bool = False
    page: int = 0
    outcome: ClientPage | Problem | None = None
    busy: bool = False
    ticket: int = 0

    @property
    def query(self) -> ClientQuery:
        """The question to the database."""
        return ClientQuery(self.text.strip(), self.criteria, self.sort, self.descending)

    @property
    def offset(self) -> int:
        """Position of the page's first client."""
        return self.page * PAGE_ROWS

    def filter(self, text: str, criteria: Sequence[Range | Choice]) -> "Search":
        """Look for something else, from the first page."""
        return replace(self, text=text, criteria=criteria, page=0)._ask()

    def order(self, name: str) -> "Search":
        """Sort by a column; a second time turns the order around."""
        sort = None if name == REFERENCE else name
        return replace(self, sort=sort, descending=sort == self.sort and not self.descending, page=0)._ask()

    def turn(self, page: int) -> "Search":
        """Go to another page."""
        return replace(self, page=max(0, page))._ask()

    def again(self) -> "Search":
        """Ask the same once more."""
        return self._ask()

    def found(self, ticket: int, outcome: ClientPage | Problem) -> "Search":
        """Take the database's answer."""
        return self if ticket != self.ticket else replace(self, outcome=outcome, busy=False)

    def _ask(self) -> "Search":
        return replace(self, busy=True, ticket=self.ticket + 1)
