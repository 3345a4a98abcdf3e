"""Which explainer serves a model: lookup tables where they are exact, XGBoost's own otherwise."""

import logging
import time

from contract.bundle import Bundle
from scorer.errors import TablesRefused
from scorer.pred_contribs import PredContribs
from scorer.probe import probe_rows
from scorer.tables.explainer import TableExplainer

log = logging.getLogger(__name__)


def choose_explainer(bundle: Bundle) -> TableExplainer | PredContribs:
    """Compile the model into tables and compare them with XGBoost; fall back on XGBoost, and log why.

    Raises whatever XGBoost raises when it cannot read the model.
    """
    reference = PredContribs(bundle.model)
    began = time.perf_counter()
    try:
        tables = TableExplainer.compile(
            reference.model_json(), reference=reference.explain, probe=probe_rows(bundle.schema)
        )
    except TablesRefused as reason:
        log.warning("explaining with XGBoost's pred_contribs, some twenty times slower than tables: %s", reason)
        return reference
    log.info("explaining with lookup tables, %.1f MB, ready in %.1f s", tables.megabytes, time.perf_counter() - began)
    return tables
