"""How a portfolio run ended: counts by status, never a row. No I/O."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from contract.codes import Status
from contract.messages import ModelRef


@dataclass
class PortfolioSummary:
    """How a portfolio run ended. `lost` rows got no answer, or the broker did not take them."""

    batch_id: str
    requested: int
    """Clients that the selection holds."""
    statuses: Counter[Status] = field(default_factory=Counter)
    lost: int = 0
    lost_blocks: int = 0
    last_error: Exception | None = None
    """Why the last block was lost, or what ended the run early."""
    gave_up: bool = False
    """Whether the run ended early: nobody answered, the database failed, or another model answered."""
    cancelled: bool = False
    """Whether the run was cancelled before the end; blocks that were under way then are neither answered nor lost."""
    model: ModelRef | None = None
    """The model that answered."""
    seconds: float = 0.0

    @property
    def answered(self) -> int:
        """Clients with an answer of any kind."""
        return self.statuses.total()

    @property
    def scored(self) -> int:
        """Clients with a score."""
        return self.statuses[Status.SCORED]

    @property
    def complete(self) -> bool:
        """Whether every client of the selection got an answer."""
        return self.answered == self.requested and not self.lost

    def add_block(self, sent: int, answers: pa.RecordBatch) -> None:
        """Count the rows of a result block that answers a block of `sent` rows."""
        if answers.num_rows == 1 and sent > 1:  # the block as a whole could not be read: one row answers for all
            self.statuses[Status(answers.column("status")[0].as_py())] += sent
            return
        for entry in pc.value_counts(answers.column("status")).to_pylist():
            self.statuses[Status(entry["values"])] += entry["counts"]
        self.lost += max(0, sent - answers.num_rows)

    def add_lost_block(self, sent: int, why: Exception) -> None:
        """Count a block that got no answer."""
        self.lost += sent
        self.lost_blocks += 1
        self.last_error = why
