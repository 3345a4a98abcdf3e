"""The model that requests are read by: followed as it changes, and described for callers."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from contract.bundle import Bundle, Histogram, activation, active_bundle, load_bundle
from contract.codes import ErrorCode
from contract.encoding import RowEncoder
from contract.errors import BundleError
from contract.messages import FieldError
from contract.schema import Feature, FeatureType
from contract.settings import Settings
from producers.gateway.problems import GatewayCode, Problem, away

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 2.0
"""As often as workers look which model is active, see docs/adr/0011-hot-swap-of-the-model.md."""


class Model:
    """One bundle, and how requests are read by it: with `pseudonyms_only`, no client reference of another form."""

    def __init__(self, bundle: Bundle, *, pseudonyms_only: bool = False) -> None:
        self.bundle = bundle
        self.pseudonyms_only = pseudonyms_only
        self.names = bundle.schema.model_names
        self.encoder = RowEncoder(bundle.schema)

    def named(self, features: Mapping[str, Any] | Sequence[Any]) -> Mapping[str, Any]:
        """Return features by name; a list has them in the model's order. Raises Problem when its length is another."""
        if isinstance(features, Mapping):
            return features
        if len(features) != len(self.names):
            detail = f"a list of features has {len(self.names)} values, in the order of GET /model"
            fault = FieldError("features", ErrorCode.INVALID_MESSAGE, detail)
            raise Problem(422, ErrorCode.INVALID_MESSAGE, detail, [fault])
        return dict(zip(self.names, features, strict=True))

    def example(self) -> dict[str, Any]:
        """Return features that are common in the training data, each by itself: nobody's."""
        baseline = self.bundle.baseline.features
        return {f.name: _common(f, baseline.get(f.name)) for f in self.bundle.schema.model_features}


class ModelFollower:
    """Has the model that workers serve, as soon as there is one, and changes with it."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._seen: object = None
        self._model: Model | None = None

    def current(self) -> Model:
        """Return the model. Raises Problem while there is none."""
        if self._model is None:
            raise away(GatewayCode.MODEL_UNAVAILABLE, "there is no model to read requests by at present")
        return self._model

    async def follow(self) -> None:
        """Look for another model, for ever. Run it as a task."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(FOLLOW_SECONDS)

    def look(self) -> None:
        """Load the model that is active now, unless it is the one that was loaded last."""
        pinned = self._config.model
        seen = pinned or activation(self._config.models_folder)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            bundle = load_bundle(pinned or active_bundle(self._config.models_folder))
            self._model = Model(bundle, pseudonyms_only=self._config.environment == "production")
        except BundleError as error:
            log.warning("no model to take over: %s", error)


def _common(feature: Feature, histogram: Histogram | None) -> float | int | str:
    if feature.type is FeatureType.CHOICE:
        levels, counts = (histogram.levels, histogram.counts) if histogram else ([], [])
        common = levels[counts.index(max(counts))] if levels else feature.levels[0].value
        return common if any(level.value == common for level in feature.levels) else feature.levels[0].value
    low, high = float(feature.minimum or 0), float(feature.maximum or 0)
    if histogram and len(histogram.edges) > 1:
        fullest = histogram.counts.index(max(histogram.counts))
        low, high = max(low, histogram.edges[fullest]), min(high, histogram.edges[fullest + 1])
    middle = (low + high) / 2
    return int(middle) if feature.type is FeatureType.INTEGER else round(middle, 6)
