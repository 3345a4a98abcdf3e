"""Who is signed in: kept in memory of this process, and gone with it."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reporting.server.people import Person

LONGEST_SECONDS = 12 * 3600.0
"""A sign-in ends after a working day even if it is used all the time: roles that the provider takes away end then."""

MOST = 10_000
"""Sign-ins at a time; a bank's branch has fewer advisors. The one unused for longest gives way."""


@dataclass(eq=False)
class SignIn:
    """One person's sign-in in one browser."""

    person: Person
    id_token: str
    """Tells the provider whom to sign out."""
    began: float
    used: float
    handle: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """Names the sign-in in the tokens of its pages. Unlike the cookie's key it opens nothing."""
    on_end: set[Callable[[], None]] = field(default_factory=set)
    """Called when it ends, in the server's thread: pages forget what they show, connections close."""
    timed_out: bool = False


class SignIns:
    """All of them. Used in the server's thread only."""

    def __init__(self, idle_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_seconds, self._clock = idle_seconds, clock
        self._by_key: dict[str, SignIn] = {}

    def begin(self, person: Person, id_token: str) -> tuple[str, SignIn]:
        """Return the key for the cookie, and the new sign-in."""
        if len(self._by_key) >= MOST:
            self.end(min(self._by_key.values(), key=lambda sign_in: sign_in.used))
        key, now = secrets.token_urlsafe(32), self._clock()
        self._by_key[key] = SignIn(person, id_token, now, now)
        return key, self._by_key[key]

    def find(self, key: str) -> SignIn | None:
        """Return the sign-in of a cookie's key; None when there is none, or its time is over."""
        found = self._by_key.get(key)
        return None if found is None or self._is_over(found) else found

    def find_by_handle(self, handle: str) -> SignIn | None:
        """Return the sign-in that a page's token names; None when its time is over."""
        found = next((sign_in for sign_in in self._by_key.values() if sign_in.handle == handle), None)
        return None if found is None or self._is_over(found) else found

    def use(self, sign_in: SignIn) -> None:
        """Note that somebody did something."""
        sign_in.used = self._clock()

    def end(self, sign_in: SignIn) -> None:
        """End a sign-in and whatever it opened. May be called twice."""
        self._by_key = {key: other for key, other in self._by_key.items() if other is not sign_in}
        sign_in.timed_out = self._is_over(sign_in)
        while sign_in.on_end:
            sign_in.on_end.pop()()

    def take_over(self) -> Iterator[SignIn]:
        """Yield those whose time is over; the caller ends them."""
        yield from [sign_in for sign_in in self._by_key.values() if self._is_over(sign_in)]

    def _is_over(self, sign_in: SignIn) -> bool:
        now = self._clock()
        return now - sign_in.used > self._idle_seconds or now - sign_in.began > LONGEST_SECONDS
