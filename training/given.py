"""What a user says about the columns of a table."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the user said about a table; the rest is understood from it, or asked."""

    target: str | None = None
    positive_label: str | None = None
    customer_number: str | None = None
    missing: tuple[str, ...] = ()
    date: str | None = None
    """The column that dates each row."""
    reference_date: datetime.date | None = None

    @property
    def reference(self) -> str | datetime.date | None:
        """What ages are counted to: a column or a day."""
        return self.date or self.reference_date
