"""What a user says about the columns of a table."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the user said about a table; the rest is understood from it, or asked."""

    sheet: str | None = None
    """The sheet of a workbook; None: the first."""
    target: str | None = None
    positive_label: str | None = None
    customer_number: str | None = None
    missing: tuple[str, ...] = ()
    date: str | None = None
    """The column that dates each row."""
    reference_date: datetime.date | None = None
    groups: str | None = None
    """The column whose equal values, such as one client's loans, are never both learnt from and judged."""
    weight: str | None = None
    """The column that says how much each row counts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The named columns that are no features."""
        named = (self.target, self.customer_number, self.date, self.groups, self.weight)
        return tuple(column for column in named if column is not None)

    @property
    def reference(self) -> str | datetime.date | None:
        """What ages are counted to: a column or a day."""
        return self.date or self.reference_date
