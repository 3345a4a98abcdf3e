"""Under which addresses browsers reach the dashboard, and what follows for cookies. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from contract.access import PageName
from contract.schema import LANGUAGES
from contract.settings import Settings

SIGN_IN, CALLBACK, SIGN_OUT, SIGNED_OUT, HEALTH = "/sign-in", "/sign-in/callback", "/sign-out", "/signed-out", "/health"

ARGUMENTS: Mapping[str, frozenset[str]] = {
    "lang": frozenset(LANGUAGES),
    "theme": frozenset({"light", "dark"}),
    "page": frozenset(PageName),
}
"""What an address may ask for, and nothing else of it survives a sign-in: so it leads nowhere else."""


@dataclass(frozen=True)
class Places:
    """The addresses of one dashboard."""

    scheme: str
    hosts: frozenset[str]
    """As in the Host header. Under other names it answers nobody: a stranger's name may lead here (DNS rebinding)."""
    port: int

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.scheme == "https"

    @property
    def cookie(self) -> str:
        """Name of the sign-in's cookie. Browsers take one with this prefix over HTTPS only, and for this host only."""
        return f"{'__Host-' if self.secure else ''}neoscore-{self.port}"

    def origin(self, host: str) -> str:
        """Return the origin of a page under one of the hosts."""
        return f"{self.scheme}://{host}"

    def is_own(self, origin: str | None) -> bool:
        """Tell whether an Origin header names a page of this dashboard."""
        return origin is not None and origin.lower() in {self.origin(host) for host in self.hosts}


def places_of(config: Settings, port: int) -> Places:
    """Return the addresses that the settings name: one, or this machine's."""
    if config.dashboard_url:
        parts = urlsplit(config.dashboard_url)
        return Places(parts.scheme, frozenset({parts.netloc.lower()}), port)
    names = {config.dashboard_host.lower(), "127.0.0.1", "localhost"}
    scheme = "https" if config.tls_cert or config.behind_tls_proxy else "http"
    return Places(scheme, frozenset(f"{name}:{port}" for name in names), port)


def wanted(arguments: Mapping[str, Sequence[bytes]]) -> str:
    """Return the address within the dashboard that a request asks for, made anew from known words."""
    known = {
        name: values[0].decode()
        for name, allowed in ARGUMENTS.items()
        if (values := arguments.get(name)) and values[0].decode(errors="replace") in allowed
    }
    return "/" + (f"?{urlencode(known)}" if known else "")
