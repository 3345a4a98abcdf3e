"""What letters to clients say of the bank."""

from pydantic import BaseModel, Field


class LetterSettings(BaseModel):
    """Settings of the letter."""

    bank_name: str | None = Field(
        None, description="the bank's name on letters to clients; none leaves a place to fill in by hand"
    )
    letter_contact: str | None = Field(
        None, description="whom a client can turn to for a review, as letters say it: department, address, telephone"
    )
