"""Under which addresses browsers reach the dashboard, and what follows for cookies. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from contract.access import PageName
from contract.schema import Language
from contract.settings import Settings
from presentation.languages import LANGUAGES
from reporting.widgets.filters import FILTER_PREFIX
from reporting.widgets.theme import DisplayPreferences

SIGN_IN_PATH, CALLBACK_PATH, SIGN_OUT_PATH, SIGNED_OUT_PATH, BACKCHANNEL_LOGOUT_PATH, HEALTH_PATH = (
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
    "/backchannel-logout",
    "/healthz",
)

PREFERENCES_COOKIE = "neoscore-look"
"""In it a browser keeps its user's language and theme; document.js writes it."""

ALLOWED_QUERY_PARAMS: Mapping[str, Callable[[str], bool]] = {
    "lang": lambda value: value in LANGUAGES,
    "theme": {"light", "dark"}.__contains__,
    "page": lambda value: value in set(PageName),
}
"""Query parameters that survive a sign-in, and which values they may have: so the redirect leads nowhere else.
Filters survive, too."""


@dataclass(frozen=True)
class PublicUrls:
    """The addresses of one dashboard."""

    scheme: str
    hosts: frozenset[str]
    """As in the Host header. Requests for other names are refused (DNS rebinding)."""
    port: int

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.scheme == "https"

    @property
    def cookie_name(self) -> str:
        """Browsers accept a cookie with this prefix over HTTPS only, and for this host only."""
        return f"{'__Host-' if self.secure else ''}neoscore-{self.port}"

    def origin(self, host: str) -> str:
        """Return the origin of a page under one of the hosts."""
        return f"{self.scheme}://{host}"

    def is_same_origin(self, origin: str | None) -> bool:
        """Return whether an Origin header names a page of this dashboard."""
        return origin is not None and origin.lower() in {self.origin(host) for host in self.hosts}


def public_urls(config: Settings, port: int) -> PublicUrls:
    """Return the addresses that the settings name: one, or this machine's."""
    if config.dashboard_url:
        parts = urlsplit(config.dashboard_url)
        return PublicUrls(parts.scheme, frozenset({parts.netloc.lower()}), port)
    names = {config.dashboard_host.lower(), "127.0.0.1", "localhost"}
    scheme = "https" if config.tls_cert or config.behind_tls_proxy else "http"
    return PublicUrls(scheme, frozenset(f"{name}:{port}" for name in names), port)


def return_path(arguments: Mapping[str, Sequence[bytes]]) -> str:
    """Return the path that a request asks for, built from allowed parameters only."""
    known = [
        (name, values[0].decode())
        for name, allows in ALLOWED_QUERY_PARAMS.items()
        if (values := arguments.get(name)) and allows(values[0].decode(errors="replace"))
    ]
    known += filters_from_query(arguments)
    return "/" + (f"?{urlencode(known)}" if known else "")


def preferences_from_query(
    arguments: Mapping[str, Sequence[bytes]], otherwise: DisplayPreferences
) -> DisplayPreferences:
    """Return the preferences in an address: `?lang=en&theme=dark`; what it does not name is as it is otherwise."""
    language = LANGUAGES.match(_argument(arguments, "lang"))
    look = replace(otherwise, language=language) if language else otherwise
    return _with_theme(look, _argument(arguments, "theme"))


def preferences_from_browser(cookie: str, accept_language: str, default: Language) -> DisplayPreferences:
    """Return what a browser kept of its user's choices, or the best language that it accepts (RFC 9110, 12.5.4)."""
    language, _, theme = cookie.partition(".")
    kept = LANGUAGES.match(language)
    return _with_theme(DisplayPreferences(kept or _accepted_language(accept_language) or default), theme)


def preferences_text(look: DisplayPreferences) -> str:
    """Return the preferences as the browser keeps them: `fr`, or `fr.dark` if a theme was chosen."""
    return f"{look.language}.{theme_name(look)}" if look.theme_chosen else look.language


def theme_name(look: DisplayPreferences) -> str:
    """Return the theme as addresses name it."""
    return "dark" if look.dark else "light"


def query_text(page: str, look: DisplayPreferences, filters: Sequence[tuple[str, str]]) -> str:
    """Return the query of the address that opens a page that way. It names no client."""
    theme = [("theme", theme_name(look))] if look.theme_chosen else []
    return "?" + urlencode([("page", page), ("lang", look.language), *theme, *filters])


def filters_from_query(arguments: Mapping[str, Sequence[bytes]]) -> list[tuple[str, str]]:
    """Return the parameters that are filters, in order, with their prefix."""
    return [
        (name, value.decode(errors="replace"))
        for name, values in arguments.items()
        if name.startswith(FILTER_PREFIX)
        for value in values
    ]


def arguments_of(query: str) -> dict[str, list[bytes]]:
    """Return the parameters of a query, as those of a request are."""
    return {name: [value.encode() for value in values] for name, values in parse_qs(query.removeprefix("?")).items()}


def _with_theme(look: DisplayPreferences, theme: str) -> DisplayPreferences:
    return replace(look, dark=theme == "dark", theme_chosen=True) if theme in ("light", "dark") else look


def _accepted_language(header: str) -> Language | None:
    """Return the language here that the header weighs most; the first of equals."""
    weighed = []
    for part in header.split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0 and (language := LANGUAGES.match(tag.strip())):
            weighed.append((weight, language))
    return max(weighed, key=lambda one: one[0])[1] if weighed else None


def page_from_query(arguments: Mapping[str, Sequence[bytes]], pages: Sequence[str]) -> str:
    """Return the page in an address: `?page=model`; the user's first page for any other."""
    named = _argument(arguments, "page")
    return named if named in pages else pages[0]


def _argument(arguments: Mapping[str, Sequence[bytes]], name: str) -> str:
    return arguments.get(name, [b""])[0].decode(errors="replace")
