"""Closed vocabularies of the contract: statuses, bands, error codes."""

from enum import StrEnum


class Status(StrEnum):
    """How a request ended. Every request ends in exactly one of these."""

    SCORED = "scored"
    """The model gave a probability of default."""

    REJECTED = "rejected"
    """The request itself is at fault; sending it again unchanged will fail again."""

    EXPIRED = "expired"
    """The request was read after its `expires_at`; nobody is waiting any more."""

    FAILED = "failed"
    """The scorer is at fault; the same request may succeed later."""


class Band(StrEnum):
    """Coarse reading of a probability of default against the decision threshold."""

    LOW = "low"
    """Below half the threshold."""

    MEDIUM = "medium"
    """From half the threshold up to the threshold."""

    HIGH = "high"
    """At or above the threshold."""


class ErrorCode(StrEnum):
    """Stable, machine-readable reasons for an answer that is not `scored`."""

    MALFORMED_MESSAGE = "malformed_message"
    """The value is not JSON (or, on the batch lane, not an Arrow stream)."""

    INVALID_MESSAGE = "invalid_message"
    """The value is readable, but a field of the envelope is missing or of the wrong type."""

    MESSAGE_TOO_LARGE = "message_too_large"
    """The value is larger than the lane accepts."""

    UNSUPPORTED_VERSION = "unsupported_version"
    """The `ce_type` header names a message or version that this scorer does not know."""

    NOT_A_PSEUDONYM = "not_a_pseudonym"
    """`client_ref` has not the form of a pseudonym: it may be a customer number, and is repeated nowhere."""

    INVALID_FEATURES = "invalid_features"
    """One or more features are at fault; `fields` names each with its own code."""

    UNKNOWN_FEATURE = "unknown_feature"
    """The model's schema has no feature of this name."""

    MISSING_FEATURE = "missing_feature"
    """A feature that must have a value is absent or null."""

    WRONG_TYPE = "wrong_type"
    """The feature's value is of another type than the schema says."""

    NOT_FINITE = "not_finite"
    """The feature's value is not a finite number."""

    OUT_OF_BOUNDS = "out_of_bounds"
    """The feature's value lies outside the schema's bounds."""

    UNKNOWN_LEVEL = "unknown_level"
    """The feature's value is none of the schema's levels."""

    SEAL_REQUIRED = "seal_required"
    """The payload is not sealed, and this installation takes sealed ones only."""

    SEAL_UNREADABLE = "seal_unreadable"
    """The payload is sealed for none of the keys that are in memory: sealed anew, it can be read."""

    SEAL_BROKEN = "seal_broken"
    """The seal was changed on the way, or made under another seal key."""

    EMPTY_BLOCK = "empty_block"
    """The block has no row."""

    BLOCK_TOO_LARGE = "block_too_large"
    """The block has more than 1,024 rows."""

    INVALID_BLOCK = "invalid_block"
    """The block's columns or metadata are not those of a ScoreBlock."""

    DEADLINE_PASSED = "deadline_passed"
    """The request was read after its `expires_at`."""

    NOT_CACHED = "not_cached"
    """A recall (a request without features) found no result still alive."""

    MODEL_FAILED = "model_failed"
    """The model raised on this row."""

    INTERNAL_ERROR = "internal_error"
    """The scorer failed in a way it did not foresee."""
