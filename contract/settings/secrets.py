"""Keys. Each comes from the environment, lives in memory, and is never shown."""

from pydantic import BaseModel, Field, SecretStr

DEVELOPMENT_KEY = "development-only-pseudonym-key"

KEY_BYTES = 16
"""Least length of a pseudonym key: 128 bits cannot be guessed."""


class SecretSettings(BaseModel):
    """Settings that only the environment may know."""

    pseudonym_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY),
        description="key of the HMAC that turns customer numbers into client references, at least 16 bytes",
    )
