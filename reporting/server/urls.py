"""Under which addresses browsers reach the dashboard, and what follows for cookies. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from contract.access import PageName
from contract.settings import Settings
from presentation.languages import LANGUAGES
from reporting.widgets.theme import DEFAULT_LANGUAGE, DisplayPreferences

SIGN_IN_PATH, CALLBACK_PATH, SIGN_OUT_PATH, SIGNED_OUT_PATH, BACKCHANNEL_LOGOUT_PATH, HEALTH_PATH = (
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
    "/backchannel-logout",
    "/healthz",
)

ALLOWED_QUERY_PARAMS: Mapping[str, Callable[[str], bool]] = {
    "lang": lambda value: value in LANGUAGES,
    "theme": {"light", "dark"}.__contains__,
    "page": lambda value: value in set(PageName),
}
"""Query parameters that survive a sign-in, and which values they may have: so the redirect leads nowhere else."""


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
    known = {
        name: values[0].decode()
        for name, allows in ALLOWED_QUERY_PARAMS.items()
        if (values := arguments.get(name)) and allows(values[0].decode(errors="replace"))
    }
    return "/" + (f"?{urlencode(known)}" if known else "")


def preferences_from_query(arguments: Mapping[str, Sequence[bytes]]) -> DisplayPreferences:
    """Return the preferences in an address: `?lang=en&theme=dark`."""
    language = LANGUAGES.match(_argument(arguments, "lang")) or DEFAULT_LANGUAGE
    return DisplayPreferences(language, _argument(arguments, "theme") == "dark")


def page_from_query(arguments: Mapping[str, Sequence[bytes]], pages: Sequence[str]) -> str:
    """Return the page in an address: `?page=model`; the user's first page for any other."""
    named = _argument(arguments, "page")
    return named if named in pages else pages[0]


def has_theme_param(arguments: Mapping[str, Sequence[bytes]]) -> bool:
    """Return whether the address chooses the theme; otherwise the system does."""
    return _argument(arguments, "theme") in ("light", "dark")


def _argument(arguments: Mapping[str, Sequence[bytes]], name: str) -> str:
    return arguments.get(name, [b""])[0].decode(errors="replace")
