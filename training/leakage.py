"""Columns that know the outcome: written after it, or the outcome in other words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.active_model import activate
from contract.bundle import Bundle
from contract.report import Leak
from training.association import bin_column, single_column_auc
from training.errors import LeakageError

LEAK_AUC = 0.9
"""What a client's data says alone, before the outcome, does not rank defaults so well: the best credit-bureau scores
reach about .8."""

TWIN_AUC = 0.995
"""Above it, the column is the outcome, but for a few rows."""


def find_leaks(frame: pd.DataFrame, columns: Sequence[str], target: NDArray[np.int8]) -> list[Leak]:
    """Return those of the columns whose own ROC AUC is above LEAK_AUC, the greatest first."""
    outcome = target.astype(np.bool_)
    leaks = [Leak(name, single_column_auc(bin_column(frame[name]), outcome)) for name in columns]
    return sorted((leak for leak in leaks if leak.auc > LEAK_AUC), key=lambda leak: -leak.auc)


def leak_sentence(leak: Leak) -> str:
    """Return what is wrong with a leak, to follow its name."""
    if leak.auc >= TWIN_AUC:
        return f"restates the outcome (ROC AUC {leak.auc:.3f} alone)"
    return f"reveals the outcome almost alone (ROC AUC {leak.auc:.3f})"


def activate_unless_leaking(bundle: Bundle, accepted: Sequence[str], release_keys: Sequence[str]) -> None:
    """Make a bundle the active one of its folder; `release_keys` as for `activate`.

    Raises LeakageError instead if a feature that is not `accepted` reveals the outcome.
    """
    if refused := [leak for leak in bundle.report.leaks if leak.feature not in accepted]:
        names = ", ".join(repr(leak.feature) for leak in refused)
        options = " ".join(f"--accept-leakage {leak.feature}" for leak in refused)
        raise LeakageError(
            f"{bundle.ref.version} was written but not activated: {names} may be known only after the outcome; set its "
            f"in_model to false in the schema and train again, or, if it is known before, add {options}",
            bundle,
        )
    activate(bundle.path.parent, bundle.ref.version, release_keys)
