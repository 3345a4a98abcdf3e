"""Features of the model that stand for a sensitive one which it does not read."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.report import Proxy
from contract.schema import Feature, FeatureSchema, FeatureType
from training.association import bin_column, single_column_auc

PROXY_AUC = 0.8
"""From here on, a feature says so much about a sensitive one that leaving that out changes little."""

MIN_LEVEL_SHARE = 0.05
"""Rarer groups are not looked for: their AUC is too noisy."""

MAX_ROWS = 20_000
"""Rows looked at, evenly spread: enough to tell .8 from .79."""


def find_proxies(frame: pd.DataFrame, schema: FeatureSchema) -> list[Proxy]:
    """Return the features of the model that predict a sensitive feature with a ROC AUC above PROXY_AUC.

    A number is predicted as above or below its median, a choice level by level.
    """
    frame = frame.iloc[:: -(-len(frame) // MAX_ROWS)]
    bins = {feature.name: bin_column(frame[feature.name]) for feature in schema.model_features if not feature.sensitive}
    found = []
    for sensitive in schema:
        groups = list(_groups(sensitive, frame[sensitive.name])) if sensitive.sensitive else []
        for name, column in bins.items() if groups else ():
            auc = max(single_column_auc(column[known], member[known]) for member, known in groups)
            if auc > PROXY_AUC:
                found.append(Proxy(name, sensitive.name, auc))
    return sorted(found, key=lambda proxy: -proxy.auc)


def _groups(feature: Feature, column: pd.Series) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield (who belongs, whose value is known) of each group that is large enough."""
    known = column.notna().to_numpy(bool)
    if not known.any():
        return
    if feature.type is FeatureType.CATEGORICAL:
        members = [(column == level.value).to_numpy(bool) for level in feature.levels]
    else:
        members = [(column > column.median()).to_numpy(bool)]
    for member in members:
        if MIN_LEVEL_SHARE <= member[known].mean() <= 1 - MIN_LEVEL_SHARE:
            yield member, known
