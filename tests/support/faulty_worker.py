"""A real worker whose model has faults: `python -m tests.support.faulty_worker [SECONDS_A_ROW]`.

It raises or hangs on rows that have a marked income, and may be slow on every row.
"""

import ctypes
import os
import sys
import time

INCOME_THAT_RAISES = 111_111
"""Income on which the model raises."""

INCOME_THAT_HANGS = 222_222
"""Income on which the model never returns, in native code that keeps the interpreter's lock."""


def _make_faulty(seconds_a_row: float) -> None:
    from scorer.engine import Engine, FeatureMatrix, Scores

    score = Engine.score

    def faulty(self: Engine, rows: FeatureMatrix) -> Scores:
        incomes = rows[:, 0]
        if (incomes == INCOME_THAT_HANGS).any():
            ctypes.PyDLL(None).pause()
        if (incomes == INCOME_THAT_RAISES).any():
            raise RuntimeError("a marked row")
        time.sleep(seconds_a_row * len(rows))
        return score(self, rows)

    Engine.score = faulty  # type: ignore[method-assign]


def main() -> None:
    from contract.settings import settings
    from scorer.import_blocker import block_heavy_imports

    block_heavy_imports()
    from scorer.logs import configure_logging
    from scorer.run import run_worker

    _make_faulty(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
    config = settings()
    configure_logging(config.log_level)
    os._exit(run_worker(config, None))


if __name__ == "__main__":
    main()
