"""What a worker process may import, and what its log lines may say."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from scorer.logs import SingleLineFormatter

IMPORTS = """
import sys
from scorer.import_blocker import block_heavy_imports
block_heavy_imports()
import pathlib, tempfile
import scorer.run
from scorer.engine import Engine
from scorer.block_scorer import BlockScorer
from tests.support.records import block_batch, block_record
from tests.support.tiny_model import draw_features, write_tiny_bundle
from tests.unit.scorer.conftest import NOW
bundle = write_tiny_bundle(pathlib.Path(tempfile.mkdtemp()))
record = block_record(block_batch(draw_features(3)), at=NOW, expires_at=NOW)
list(BlockScorer(bundle, Engine(bundle)).score_block(record, NOW))
assert not {name.split(".")[0] for name, module in sys.modules.items() if module} & {"pandas", "sklearn", "shap"}
"""


def test_a_worker_loads_neither_pandas_nor_sklearn() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, timeout=120)


COMPILED = """
import numpy as np
from scorer.contributions import strongest_first, to_probabilities
from scorer.shap_tables.compile import compile_tables
from scorer.shap_tables.explainer import TableExplainer
from scorer.shap_tables.kernel import add_contributions
from tests.unit.scorer.shap_tables.models import forest_of, train
loops = (to_probabilities, strongest_first, add_contributions)
explained = TableExplainer(compile_tables(forest_of(train()))).explain(np.zeros((1, 5), np.float32))
strongest_first(to_probabilities(explained, 0.0)[0], 5)
print(sum(sum(loop.stats.cache_misses.values()) for loop in loops))
"""


def test_a_second_start_compiles_no_loop_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMPILED]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    compiled = [
        int(subprocess.run(command, check=True, timeout=250, env=environment, stdout=subprocess.PIPE).stdout)
        for _ in range(2)
    ]
    assert compiled == [3, 0]


def test_log_lines_are_single_and_do_not_quote_exceptions() -> None:
    try:
        int("S3CRET")
    except ValueError:
        record = logging.LogRecord("scorer", logging.ERROR, __file__, 1, "two\nlines", (), sys.exc_info())
    line = SingleLineFormatter().format(record)
    assert "two lines" in line
    assert "ValueError at test_process.py:" in line
    assert "\n" not in line
    assert "S3CRET" not in line
