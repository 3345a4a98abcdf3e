"""What can be wrong with sealed bytes."""

from contract.codes import ErrorCode
from contract.errors import ContractError


class SealError(ContractError):
    """Sealed bytes that cannot be opened. `code` is stable."""

    code = ErrorCode.INVALID_SEAL


class UnknownSealingKeyError(SealError):
    """The payload is sealed, but for none of the keys held here: sealed again, the request can be read."""

    code = ErrorCode.UNKNOWN_SEALING_KEY


class InvalidSealError(SealError):
    """The bytes are not a valid seal: changed in transit, or sealed with another seal key."""


class ReplayedRequestError(SealError):
    """A copy of a request that was opened before."""

    code = ErrorCode.REPLAYED_REQUEST


class NoSealingKeyError(SealError):
    """No worker has announced a public key, so there is nothing to seal a request with."""
