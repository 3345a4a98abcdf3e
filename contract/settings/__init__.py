"""Settings of every service, from the environment (`NEOSCORE_*`). `docs/settings.md` lists them; a test compares."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contract.release import parse_public_keys
from contract.settings.identity import IdentitySettings
from contract.settings.kafka import KafkaSettings
from contract.settings.letters import LetterSettings
from contract.settings.listeners import ListenerSettings
from contract.settings.production import production_violations
from contract.settings.requester import RequesterSettings
from contract.settings.secret_files import read_secret, secret_files
from contract.settings.secrets import MIN_PSEUDONYM_KEY_BYTES, MIN_SEAL_KEY_BYTES, SecretSettings
from contract.settings.worker import WorkerSettings

__all__ = ["Settings", "settings"]


class _GeneralSettings(BaseModel):
    environment: Literal["development", "production"] = Field(
        "development",
        description="`production` refuses default secrets, connections and listeners without TLS, and entry points "
        "without sign-in",
    )
    home: Path = Field(Path(".neoscore"), description="folder of model bundles and of the local stack's run files")
    model: Path | None = Field(None, description="model bundle to serve; default: the active one under `home`")
    release_key: str | None = Field(
        None,
        description="public keys of those who may release models, as `neoscore model sign` prints them, "
        "comma-separated: only bundles that one of them signed are served. Required in production; not set: unsigned "
        "bundles are served",
    )
    database_url: str = Field(
        "postgresql+psycopg2://neoscore@127.0.0.1:5432/neoscore",
        description="SQLAlchemy address of PostgreSQL; `?sslmode=verify-full&sslrootcert=FILE` at its end encrypts and "
        "verifies, which production requires unless the server is on this machine",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="minimum level of log records")


class Settings(
    BaseSettings,
    LetterSettings,
    IdentitySettings,
    ListenerSettings,
    RequesterSettings,
    WorkerSettings,
    SecretSettings,
    KafkaSettings,
    _GeneralSettings,
):
    """All settings, in groups of one file each. Each field's description gives the reason for its default."""

    model_config = SettingsConfigDict(env_prefix="NEOSCORE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    @field_validator("release_key")
    @classmethod
    def _check_release_key(cls, text: str | None) -> str | None:
        if text is not None:
            parse_public_keys(text)
        return text

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Read secrets from their files, and refuse blank values.

        An unset variable of Compose or Helm expands to a blank one, and would switch protection off.
        """
        files = secret_files(cls.model_fields)
        given = given | {name: read_secret(name, path) for name, path in files.items() if name not in given}
        if blank := [f"NEOSCORE_{name.upper()}" for name, value in given.items() if _is_blank(value)]:
            raise ValueError(f"{', '.join(sorted(blank))} must not be empty; set a value or remove the variable")
        return given

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> "Settings":
        for name, key in (("PSEUDONYM_KEY", self.pseudonym_key), ("NEW_PSEUDONYM_KEY", self.new_pseudonym_key)):
            if key and len(key.get_secret_value().encode()) < MIN_PSEUDONYM_KEY_BYTES:
                raise ValueError(f"NEOSCORE_{name} must have at least {MIN_PSEUDONYM_KEY_BYTES} bytes")
        if self.seal_key is not None and len(self.seal_key.get_secret_value().encode()) < MIN_SEAL_KEY_BYTES:
            raise ValueError(f"NEOSCORE_SEAL_KEY must have at least {MIN_SEAL_KEY_BYTES} bytes")
        if self.kafka_security_protocol == "SASL_SSL" and not (self.kafka_username and self.kafka_password):
            raise ValueError("NEOSCORE_KAFKA_USERNAME and NEOSCORE_KAFKA_PASSWORD must be set for SASL_SSL")
        if self.request_ttl_seconds > self.retention_seconds:
            raise ValueError(
                "NEOSCORE_REQUEST_TTL_SECONDS must not exceed NEOSCORE_RETENTION_SECONDS: the broker deletes an older "
                "request before a worker reads it"
            )
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("NEOSCORE_TLS_CERT and NEOSCORE_TLS_KEY belong together; set both or neither")
        if self.environment == "production" and (faults := list(production_violations(self))):
            raise ValueError("; ".join(faults))
        return self

    @property
    def release_keys(self) -> tuple[str, ...]:
        """Public keys of which one must have signed a bundle; none: nothing has to be signed."""
        return parse_public_keys(self.release_key) if self.release_key is not None else ()

    @property
    def models_folder(self) -> Path:
        """Where bundles live, one folder for each version."""
        return self.home / "models"

    @property
    def run_folder(self) -> Path:
        """Where the local stack says what runs where."""
        return self.home / "run"


def _is_blank(value: object) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and not text.strip()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once. Raises pydantic.ValidationError that names a bad variable."""
    return Settings()
