"""Under which addresses browsers reach the dashboard, and what follows for cookies. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from contract.access import PageName
from contract.schema import LANGUAGES
from contract.settings import Settings

SIGN_IN_PATH, CALLBACK_PATH, SIGN_OUT_PATH, SIGNED_OUT_PATH, HEALTH_PATH = (
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
    "/healthz",
)

ALLOWED_QUERY_PARAMS: Mapping[str, frozenset[str]] = {
    "lang": frozenset(LANGUAGES),
    "theme": frozenset({"light", "dark"}),
    "page": frozenset(PageName),
}
"""Query parameters that survive a sign-in, with their values: so the redirect leads nowhere else."""


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
        for name, allowed in ALLOWED_QUERY_PARAMS.items()
        if (values := arguments.get(name)) and values[0].decode(errors="replace") in allowed
    }
    return "/" + (f"?{urlencode(known)}" if known else "")
