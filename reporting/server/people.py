"""People and their roles, and the pages that a role opens. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from contract.access import NO_ROLE, PAGE_ROLES, UNAUTHENTICATED_NAME, PageName, Role
from db.access_log import Actor


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
    def pages(self) -> tuple[PageName, ...]:
        """The pages this person may see, in the order of the navigation."""
        return tuple(page for page in PageName if PAGE_ROLES[page] & self.roles)


STRANGER = Actor(UNAUTHENTICATED_NAME, NO_ROLE)
"""In the access log, whoever could not say who they are."""

DEVELOPMENT = Person("development", "development", frozenset(Role))
"""Who is at the screen while no provider is set, which only development allows."""


def known_roles(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles among names that a provider gave; it has others, which mean nothing here."""
    return frozenset(role for role in Role if role in {name for name in names if isinstance(name, str)})
