"""The active model that requests are validated against, reloaded when it changes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from contract.active_model import POLL_SECONDS, ActiveModel
from contract.baseline import BaselineHistogram
from contract.bundle import Bundle, load_bundle
from contract.codes import ErrorCode
from contract.encoding import RowEncoder
from contract.errors import BundleError
from contract.messages import FieldError
from contract.schema import Feature, FeatureType
from contract.settings import Settings
from producers.gateway.problems import GatewayCode, ProblemError

log = logging.getLogger(__name__)


class ServedModel:
    """A bundle and its encoder. `require_pseudonyms`: reject client references of another form."""

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
            error = FieldError("features", ErrorCode.INVALID_MESSAGE, detail)
            raise ProblemError(ErrorCode.INVALID_MESSAGE, detail, [error])
        return dict(zip(self.feature_names, features, strict=True))

    def example_features(self) -> dict[str, Any]:
        """Return values that are each common in the training data; together they are no client's."""
        baseline = self.bundle.baseline.features
        return {f.name: _typical_value(f, baseline.get(f.name)) for f in self.bundle.schema.model_features}


class ModelWatcher:
    """Holds the active model as soon as there is one, and reloads it when it changes."""

    def __init__(self, config: Settings) -> None:
        self._active = ActiveModel(config.models_folder, config.model)
        self._require_pseudonyms = config.environment == "production"
        self._release_keys = config.release_keys
        self._model: ServedModel | None = None

    def current(self) -> ServedModel:
        """Return the model. Raises ProblemError while there is none."""
        if self._model is None:
            raise ProblemError(GatewayCode.MODEL_UNAVAILABLE, "no model is available")
        return self._model

    async def watch(self) -> None:
        """Poll for another model. Run it as a task."""
        while True:
            await asyncio.to_thread(self.reload_if_changed)
            await asyncio.sleep(POLL_SECONDS)

    def reload_if_changed(self) -> None:
        """Load the active model unless it is the one that was loaded last."""
        try:
            if path := self._active.poll():
                self._model = ServedModel(
                    load_bundle(path, self._release_keys), require_pseudonyms=self._require_pseudonyms
                )
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
