"""Settings of every service, from the environment (`NEOSCORE_*`). `docs/settings.md` lists them; a test compares."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_KEY = "development-only-pseudonym-key"

KEY_BYTES = 16
"""Least length of a pseudonym key: 128 bits cannot be guessed."""


class Settings(BaseSettings):
    """All settings. Each field's description gives the reason for its default."""

    model_config = SettingsConfigDict(env_prefix="NEOSCORE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "production"] = Field(
        "development", description="`production` refuses default secrets"
    )
    home: Path = Field(Path(".neoscore"), description="folder of model bundles and of the local stack's run files")
    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Kafka's bootstrap servers, comma-separated")
    database_url: str = Field(
        "postgresql+psycopg2://neoscore@127.0.0.1:5432/neoscore",
        description="SQLAlchemy address of PostgreSQL",
    )
    model: Path | None = Field(None, description="model bundle to serve; default: the active one under `home`")
    pseudonym_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY),
        description="key of the HMAC that turns customer numbers into client references, at least 16 bytes",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")

    request_ttl_seconds: float = Field(
        30, gt=0, description="time to live that requesters give a request: longer than a worker's takeover"
    )
    result_ttl_seconds: float = Field(
        60,
        gt=0,
        description="how long the worker's cache and the advisor's screen keep a result: one conversation",
    )
    cache_entries: int = Field(
        10_000, gt=0, description="results a worker's cache holds at most: about 50 MB with explanations"
    )
    consumer_group: str = Field("neoscore-scorer", description="Kafka group of the workers: they share its partitions")
    fetch_wait_ms: int = Field(
        25,
        gt=0,
        description="longest wait of a fetch, of workers and requesters: a message that comes while a fetch waits on "
        "other partitions is late by it; on Tansu 100 or more, or a partition of 100,000 batches goes silent",
    )
    watchdog_seconds: float = Field(
        30,
        gt=0,
        description="a worker exits when requests wait and none is answered for so long: longer than a rebalance",
    )
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
    max_in_flight: int = Field(
        1_000,
        gt=0,
        description="requests one client keeps in flight: enough to fill a worker, small in memory",
    )
    submit_wait_seconds: float = Field(
        5, ge=0, description="longest wait for room among the requests in flight: a busy worker answers many by then"
    )
    batch_credit: int = Field(8, gt=0, description="blocks in flight of one portfolio run: two for each core, a few MB")
    dashboard_host: str = Field("127.0.0.1", description="address the dashboard listens on")
    dashboard_port: int = Field(5006, ge=0, description="port of the dashboard; 0 takes a free one")
    bank_name: str | None = Field(
        None, description="the bank's name on letters to clients; none leaves a place to fill in by hand"
    )
    contact: str | None = Field(
        None, description="whom a client can turn to for a review, as letters say it: department, address, telephone"
    )

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> "Settings":
        key = self.pseudonym_key.get_secret_value()
        if len(key.encode()) < KEY_BYTES:
            raise ValueError(f"NEOSCORE_PSEUDONYM_KEY must have at least {KEY_BYTES} bytes")
        if self.environment == "production" and key == DEVELOPMENT_KEY:
            raise ValueError("NEOSCORE_PSEUDONYM_KEY must be set in production; the default is for development only")
        return self

    @property
    def models_folder(self) -> Path:
        """Where bundles live, one folder for each version."""
        return self.home / "models"

    @property
    def run_folder(self) -> Path:
        """Where the local stack says what runs where."""
        return self.home / "run"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once. Raises pydantic.ValidationError that names a bad variable."""
    return Settings()
