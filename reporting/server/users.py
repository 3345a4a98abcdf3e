"""Users, their roles, and the pages that a role opens. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from contract.access import NO_ROLE, PAGE_ROLES, UNAUTHENTICATED_NAME, PageName, Role
from db.access_log import Actor


@dataclass(frozen=True)
class User:
    """A person who signed in."""

    name: str
    """In the access log: unique at the provider, never an e-mail address."""
    display_name: str
    """In the header of the screen, and nowhere else."""
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        """How the access log names this user: with every role, as any of them may have given access."""
        return Actor(self.name, ",".join(sorted(self.roles)) or NO_ROLE)

    @property
    def pages(self) -> tuple[PageName, ...]:
        """The pages this user may see, in the order of the navigation."""
        return tuple(page for page in PageName if PAGE_ROLES[page] & self.roles)


ANONYMOUS = Actor(UNAUTHENTICATED_NAME, NO_ROLE)
"""In the access log: a caller who did not prove an identity."""

DEVELOPMENT_USER = User("development", "development", frozenset(Role))
"""The user while no provider is set, which only development allows."""


def parse_roles(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles among the names that a provider gives. Its other roles have no meaning here."""
    return frozenset(role for role in Role if role in {name for name in names if isinstance(name, str)})
