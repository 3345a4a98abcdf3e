"""The active model that requests are validated against, reloaded when it changes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from contract.active_model import activation_stamp, active_bundle_path
from contract.bundle import BaselineHistogram, Bundle, load_bundle
from contract.codes import ErrorCode
from contract.encoding import RowEncoder
from contract.errors import BundleError
from contract.messages import FieldError
from contract.schema import Feature, FeatureType
from contract.settings import Settings
from producers.gateway.problems import GatewayCode, ProblemError

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
"""As often as workers look which model is active, see docs/adr/0011-hot-swap-of-the-model.md."""


class ServedModel:
    """One bundle, and how requests are read by it: with `require_pseudonyms`, no client reference of another form."""

    def __init__(self, bundle: Bundle, *, require_pseudonyms: bool = False) -> None:
        self.bundle = bundle
        self.require_pseudonyms = require_pseudonyms
        self.feature_names = bundle.schema.model_feature_names
        self.encoder = RowEncoder(bundle.schema)

    def features_by_name(self, features: Mapping[str, Any] | Sequence[Any]) -> Mapping[str, Any]:
        """Return features by name; a list is in the model's order. Raises ProblemError when its length differs."""
        if isinstance(features, Mapping):
            return features
        if len(features) != len(self.feature_names):
            detail = f"a list of features has {len(self.feature_names)} values, in the order of GET /model"
            fault = FieldError("features", ErrorCode.INVALID_MESSAGE, detail)
            raise ProblemError(ErrorCode.INVALID_MESSAGE, detail, [fault])
        return dict(zip(self.feature_names, features, strict=True))

    def example_features(self) -> dict[str, Any]:
        """Return features that are common in the training data, each by itself: nobody's."""
        baseline = self.bundle.baseline.features
        return {f.name: _typical_value(f, baseline.get(f.name)) for f in self.bundle.schema.model_features}


class ModelWatcher:
    """Has the model that workers serve, as soon as there is one, and changes with it."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._loaded: object = None
        self._model: ServedModel | None = None

    def current(self) -> ServedModel:
        """Return the model. Raises ProblemError while there is none."""
        if self._model is None:
            raise ProblemError(GatewayCode.MODEL_UNAVAILABLE, "no model is available")
        return self._model

    async def watch(self) -> None:
        """Look for another model, for ever. Run it as a task."""
        while True:
            await asyncio.to_thread(self.reload_if_changed)
            await asyncio.sleep(POLL_SECONDS)

    def reload_if_changed(self) -> None:
        """Load the model that is active now, unless it is the one that was loaded last."""
        pinned = self._config.model
        active = pinned or activation_stamp(self._config.models_folder)
        if active == self._loaded:
            return
        self._loaded = active
        try:
            bundle = load_bundle(pinned or active_bundle_path(self._config.models_folder))
            self._model = ServedModel(bundle, require_pseudonyms=self._config.environment == "production")
        except BundleError as error:
            log.warning("could not load the active model: %s", error)


def _typical_value(feature: Feature, histogram: BaselineHistogram | None) -> float | int | str:
    if feature.type is FeatureType.CATEGORICAL:
        levels, counts = (histogram.levels, histogram.counts) if histogram else ([], [])
        common = levels[counts.index(max(counts))] if levels else feature.levels[0].value
        return common if any(level.value == common for level in feature.levels) else feature.levels[0].value
    low, high = float(feature.minimum or 0), float(feature.maximum or 0)
    if histogram and len(histogram.edges) > 1:
        fullest = histogram.counts.index(max(histogram.counts))
        low, high = max(low, histogram.edges[fullest]), min(high, histogram.edges[fullest + 1])
    middle = (low + high) / 2
    return int(middle) if feature.type is FeatureType.INTEGER else round(middle, 6)
