"""Benchmarks: `make bench`. See docs/benchmarks.md."""

import os

# One thread for everyone: shap makes its matrices with OpenMP's default, and the threads' waiting for each other cost a
# single-row explanation ten times its work on a busy machine. It must stand before XGBoost is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
