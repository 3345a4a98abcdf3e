"""Keys. Each comes from the environment, lives in memory, and is never shown."""

from pydantic import BaseModel, Field, SecretStr

from contract.codes import Kem
from contract.pseudonyms import KEY_ID_PATTERN
from contract.retention import DEFAULT_RETENTION_SECONDS

DEVELOPMENT_KEY = "development-only-pseudonym-key"

MIN_PSEUDONYM_KEY_BYTES = 16
"""Least length of a pseudonym key: 128 bits cannot be guessed."""

MIN_SEAL_KEY_BYTES = 32
"""Least length of a seal key: as strong as what it vouches for."""


class SecretSettings(BaseModel):
    """Settings that only the environment may know."""

    pseudonym_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY),
        description="key of the HMAC that turns customer numbers into client references, at least 16 bytes",
    )
    pseudonym_key_id: str = Field(
        "",
        pattern=rf"^({KEY_ID_PATTERN})?$",
        description="id of that key, 1 to 8 lower-case letters or digits, every reference made with the key starts "
        "with it. Leave it unset while only one key has ever been used",
    )
    seal_key: SecretStr | None = Field(
        None,
        description="key that turns on sealed payloads between requesters and workers, at least 32 bytes, the same for "
        "all of them. Not set: anyone who can read the topics can read the payloads",
    )
    seal_key_rotation_seconds: float = Field(
        default_factory=lambda given: float(given.get("retention_seconds", DEFAULT_RETENTION_SECONDS)),
        gt=0,
        description="how long a worker's key is sealed under before the next one; default: the retention",
    )
    seal_kem: Kem = Field(
        Kem.X25519,
        description="how session keys are encrypted for this worker: `x25519`, or `x25519-mlkem768`, which a quantum "
        "computer of later years does not break either and which adds 1,178 bytes a worker to each request instead of "
        "90. Requesters follow what each worker announces",
    )
    new_pseudonym_key: SecretStr | None = Field(
        None, description="key that `neoscore db rekey` changes to; no service reads it"
    )
    new_pseudonym_key_id: str = Field("", pattern=rf"^({KEY_ID_PATTERN})?$", description="id of the key changed to")

    @property
    def seals_payloads(self) -> bool:
        """Whether requests and responses travel sealed. Nothing else decides this."""
        return self.seal_key is not None

    def seal_secret(self) -> bytes:
        """Return the seal key. Raises ValueError if payloads are not sealed."""
        if self.seal_key is None:
            raise ValueError("NEOSCORE_SEAL_KEY is not set")
        return self.seal_key.get_secret_value().encode()
