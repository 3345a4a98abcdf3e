"""People and their roles, and the pages that a role opens. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from db.access_log import UNAUTHENTICATED, Actor


class Role(StrEnum):
    """What somebody does at the bank, as the provider says. Its other roles mean nothing here."""

    ADVISOR = "advisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"


PAGE_ROLES: Mapping[str, frozenset[Role]] = {
    "client": frozenset({Role.ADVISOR}),
    "portfolio": frozenset({Role.ADVISOR}),
    "operations": frozenset({Role.OPERATOR}),
    "audit": frozenset({Role.AUDITOR}),
    "model": frozenset(Role),
}
"""Page → whom it is for, in the order of the navigation."""


@dataclass(frozen=True)
class Person:
    """Somebody who signed in."""

    name: str
    """In the access log: unique at the provider, never an e-mail address."""
    shown_name: str
    """In the header of the screen, and nowhere else."""
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        """How the access log names this person: with every role, for any of them may have opened the door."""
        return Actor(self.name, ",".join(sorted(self.roles)) or NO_ROLE)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages this person may see, in the order of the navigation."""
        return tuple(page for page, allowed in PAGE_ROLES.items() if allowed & self.roles)


NO_ROLE = "none"
"""In the access log, of a person whom the provider gives no role here, and of strangers."""

STRANGER = Actor(UNAUTHENTICATED, NO_ROLE)
"""In the access log, whoever could not say who they are."""

DEVELOPMENT = Person("development", "development", frozenset(Role))
"""Who is at the screen while no provider is set, which only development allows."""


def known_roles(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles among names that a provider gave; it has others, which mean nothing here."""
    return frozenset(role for role in Role if role in {name for name in names if isinstance(name, str)})
