"""What a portfolio run adds up to: counts by status and band, never a row. No I/O."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from contract.codes import Band, Status
from contract.messages import ModelRef


@dataclass
class BandTotal:
    """Scored clients of one band."""

    count: int = 0
    probability_sum: float = 0.0

    @property
    def mean_probability(self) -> float | None:
        """Mean PD of the band; None when it is empty."""
        return self.probability_sum / self.count if self.count else None


@dataclass
class PortfolioSummary:
    """How a portfolio run ended. `lost` rows got no answer, or the broker did not take them."""

    batch_id: str
    requested: int
    """Clients that the selection holds."""
    statuses: Counter[Status] = field(default_factory=Counter)
    bands: dict[Band, BandTotal] = field(default_factory=lambda: {band: BandTotal() for band in Band})
    lost: int = 0
    lost_blocks: int = 0
    last_error: Exception | None = None
    """Why the last block was lost."""
    gave_up: bool = False
    """Whether the run gave up before the end because nobody answered."""
    cancelled: bool = False
    """Whether the run was cancelled before the end; blocks that were under way then are neither answered nor lost."""
    models: list[ModelRef] = field(default_factory=list)
    """Every model that answered, in this order: more than one when another became active meanwhile."""
    threshold: float | None = None
    seconds: float = 0.0

    @property
    def model(self) -> ModelRef | None:
        """The newest model that answered."""
        return self.models[-1] if self.models else None

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
        self._add_bands(answers)

    def add_lost_block(self, sent: int, why: Exception) -> None:
        """Count a block that got no answer."""
        self.lost += sent
        self.lost_blocks += 1
        self.last_error = why

    def _add_bands(self, answers: pa.RecordBatch) -> None:
        table = pa.table({"band": answers.column("band"), "pd": answers.column("probability")})
        scored = table.filter(pc.equal(answers.column("status"), str(Status.SCORED)))
        for entry in scored.group_by("band").aggregate([("pd", "sum"), ("pd", "count")]).to_pylist():
            total = self.bands[Band(entry["band"])]
            total.count += entry["pd_count"]
            total.probability_sum += entry["pd_sum"]
