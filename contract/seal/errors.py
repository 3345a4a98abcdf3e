"""What can be wrong with sealed bytes."""

from contract.codes import ErrorCode
from contract.errors import ContractError


class SealError(ContractError):
    """Sealed bytes that cannot be opened. `code` is stable."""

    code = ErrorCode.SEAL_BROKEN


class SealUnreadable(SealError):  # noqa: N818 - names a state, as the caller will read it
    """The seal is whole, and for none of the keys that are in memory here: sealed anew, the request can be read."""

    code = ErrorCode.SEAL_UNREADABLE


class SealBroken(SealError):  # noqa: N818
    """The bytes are no seal, were changed on the way, or were sealed under another seal key."""
