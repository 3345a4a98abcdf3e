"""What the services listen on: dashboard, gateway, probes and metrics of workers, and TLS for them."""

from pathlib import Path

from pydantic import BaseModel, Field

from contract.schema import Language

DEFAULT_LANGUAGE: Language = "fr"
"""That of the bank whose advisors the dashboard was first made for."""


class ListenerSettings(BaseModel):
    """Settings of everything that listens."""

    dashboard_host: str = Field("127.0.0.1", description="address the dashboard listens on")
    dashboard_port: int = Field(5006, ge=0, le=65_535, description="port of the dashboard; 0 takes a free one")
    dashboard_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+/?$",
        description="public address of the dashboard, such as `https://scores.bank.example`; requests for any other "
        "host name are refused. Default: the listening address, for browsers on this machine",
    )
    dashboard_language: Language = Field(
        DEFAULT_LANGUAGE,
        description="language of the dashboard for a browser that asks for none it has: the folder name of a catalogue",
    )
    gateway_host: str = Field("127.0.0.1", description="address the HTTP gateway listens on")
    gateway_port: int = Field(8080, ge=0, le=65_535, description="port of the HTTP gateway; 0 takes a free one")
    gateway_hosts: str = Field(
        "",
        pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?(,\s*[A-Za-z0-9.-]+(:[0-9]+)?)*)?$",
        description="names under which callers reach the gateway, comma-separated, such as `scores.bank.example,"
        "gateway:8080`; a name without a port stands for every port. Requests for any other host are refused, but for "
        "`/healthz` and `/readyz`. Default: the listening address, for callers on this machine",
    )
    gateway_requests_per_minute: int = Field(
        120_000,
        gt=0,
        description="requests that one caller may send within a minute, beyond which the gateway returns 429; the "
        "default is more than one process can serve, so set what your callers need",
    )
    gateway_upload_minutes: float = Field(
        60,
        gt=0,
        description="longest time that one upload may take, from its first byte to its last result; then it is ended. "
        "The default is enough for ten million clients at 3,000 a second",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="address a worker's probes and metrics listen on; they name no client and no value"
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="port of a worker's probes and metrics; 0 takes a free one. By default a worker does not listen, "
        "because several on one machine would need the same port. `neoscore up` gives each worker a free port, or "
        "this one and the following ones",
    )
    tls_cert: Path | None = Field(
        None,
        description="PEM file of the certificate of dashboard and gateway, with its chain",
    )
    tls_key: Path | None = Field(None, description="PEM file of that certificate's private key")
    behind_tls_proxy: bool = Field(
        False,
        description="true if a proxy or service mesh in front terminates TLS: production then allows plain listeners "
        "on external addresses, and cookies are still marked `Secure`",
    )
