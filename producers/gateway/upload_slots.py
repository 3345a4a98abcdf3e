"""Which callers have uploads in progress. No I/O."""

from collections import Counter

from producers.gateway.limits import MAX_CONCURRENT_UPLOADS, MAX_UPLOADS_PER_CALLER, RETRY_AFTER_OUTAGE_SECONDS
from producers.gateway.problems import GatewayCode, ProblemError


class UploadSlots:
    """Slots for uploads, of which one caller may have a part only. For one event loop."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, subject: str) -> None:
        """Take a slot for a caller. Raises ProblemError if the caller has its share, or all slots are taken."""
        if self._taken[subject] >= MAX_UPLOADS_PER_CALLER:
            detail = f"a caller may have {MAX_UPLOADS_PER_CALLER} uploads in progress; retry when one has ended"
            raise ProblemError(GatewayCode.TOO_MANY_UPLOADS, detail)
        if self._taken.total() >= MAX_CONCURRENT_UPLOADS:
            later = {"Retry-After": str(RETRY_AFTER_OUTAGE_SECONDS)}
            raise ProblemError(GatewayCode.OVERLOADED, "too many concurrent uploads; retry later", headers=later)
        self._taken[subject] += 1

    def release(self, subject: str) -> None:
        """Give back a slot of a caller."""
        self._taken[subject] -= 1
        if not self._taken[subject]:
            del self._taken[subject]
