"""Where people and programs come in: the dashboard, the gateway, the workers' pages, and TLS for them."""

from pathlib import Path

from pydantic import BaseModel, Field


class ListenerSettings(BaseModel):
    """Settings of everything that listens."""

    dashboard_host: str = Field("127.0.0.1", description="address the dashboard listens on")
    dashboard_port: int = Field(5006, ge=0, le=65_535, description="port of the dashboard; 0 takes a free one")
    dashboard_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+/?$",
        description="address under which browsers reach the dashboard, such as `https://scores.bank.example`; under "
        "any other name it answers nobody. Default: the address it listens on, for browsers on this machine",
    )
    gateway_host: str = Field("127.0.0.1", description="address the HTTP gateway listens on")
    gateway_port: int = Field(8080, ge=0, le=65_535, description="port of the HTTP gateway; 0 takes a free one")
    metrics_host: str = Field(
        "127.0.0.1", description="address a worker's probes and metrics listen on; they name no client and no value"
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="port of a worker's probes and metrics, 0 takes a free one; by default a worker does not listen, "
        "for several on one machine would want the same port. `neoscore up` gives each worker a free one, or this one "
        "and those after it",
    )
    tls_cert: Path | None = Field(
        None,
        description="PEM file of the certificate, with its chain, that dashboard and gateway show",
    )
    tls_key: Path | None = Field(None, description="PEM file of that certificate's private key")
    behind_tls_proxy: bool = Field(
        False,
        description="a proxy or service mesh in front ends TLS: production then takes plain listeners on outside "
        "addresses, and cookies are for TLS all the same",
    )
