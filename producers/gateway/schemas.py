"""What the gateway tells of the model, of itself and of the access log."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from contract.messages import ModelRef


class FeatureInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One feature that the model reads."""

    name: str
    type: str
    label: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    levels: Sequence[str] = ()
    missing_allowed: bool = False


class ModelQuality(Struct, frozen=True):
    """How good the model is, out of fold. See the model card for more."""

    roc_auc: float
    ks: float
    brier: float
    rows: int
    default_rate: float


class ModelInfo(Struct, frozen=True, kw_only=True):
    """The model, its features in the order of a plain list, and the body of a request that runs."""

    model: ModelRef
    threshold: float
    quality: ModelQuality
    features: Sequence[FeatureInfo]
    example: dict[str, Any]


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether a request can be answered now. Each part is `ok` or says what is wrong."""

    ready: bool
    broker: str
    worker: str
    database: str
    model: str
    auth: str


class AccessLogStatus(Struct, frozen=True, kw_only=True):
    """The access log, as reading all of it found."""

    intact: bool
    entries: int
    head: str
    first_invalid_entry: int | None = None
