"""Keys. Each comes from the environment, lives in memory, and is never shown."""

from pydantic import BaseModel, Field, SecretStr

from contract.ids import KEY_ID_PATTERN

DEVELOPMENT_KEY = "development-only-pseudonym-key"

KEY_BYTES = 16
"""Least length of a pseudonym key: 128 bits cannot be guessed."""


class SecretSettings(BaseModel):
    """Settings that only the environment may know."""

    pseudonym_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY),
        description="key of the HMAC that turns customer numbers into client references, at least 16 bytes",
    )
    pseudonym_key_id: str = Field(
        "",
        pattern=rf"^({KEY_ID_PATTERN})?$",
        description="id of that key, 1 to 8 lower-case letters or digits, which begins every reference made with it; "
        "none while there has been one key only",
    )
    new_pseudonym_key: SecretStr | None = Field(
        None, description="key that `neoscore db rekey` changes to; no service reads it"
    )
    new_pseudonym_key_id: str = Field("", pattern=rf"^({KEY_ID_PATTERN})?$", description="id of the key changed to")
