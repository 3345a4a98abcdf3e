"""How much is measured: the full run fits into 15 minutes on two cores, the short one shows that all works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchmarkProfile:
    """Amounts of work. Times in seconds."""

    engine_rounds: int
    pipeline_rounds: int
    """Turns of every contender; the tables give the median and the spread over them."""
    burst_requests: int
    """Single requests sent at once: some seconds of work for the slowest."""
    burst_blocks: int
    """Blocks of 1,024 rows sent at once."""
    dashboard_rounds: int
    """Windows opened; in each, one client is opened, scored, and tried with another value."""
    rate_seconds: float
    """Length of each measurement at a steady rate."""
    concurrent_seconds: float
    """Longest measurement of the interactive lane beside a portfolio."""
    portfolio_rows: tuple[int, ...]
    clients: tuple[int, ...]
    """Clients in the database; the last is at least the largest portfolio."""
    bundle_trees: tuple[int, ...]
    credit_files: tuple[str, ...]
    """Files of benchmarks.training_data that models are trained on."""
    peer_trials: int
    """Trials of each peer on each file."""


FULL = BenchmarkProfile(
    engine_rounds=5,
    pipeline_rounds=3,
    burst_requests=3_000,
    burst_blocks=100,
    dashboard_rounds=9,
    rate_seconds=4,
    concurrent_seconds=30,
    portfolio_rows=(10_000, 100_000, 1_000_000),
    clients=(50_000, 1_000_000),
    bundle_trees=(100, 300, 600),
    credit_files=("german-credit", "wide", "additive", "choices", "loans", "rare", "uci-credit-default"),
    peer_trials=25,
)

QUICK = BenchmarkProfile(
    engine_rounds=3,
    pipeline_rounds=1,
    burst_requests=1_000,
    burst_blocks=30,
    dashboard_rounds=3,
    rate_seconds=2,
    concurrent_seconds=8,
    portfolio_rows=(10_000, 50_000),
    clients=(50_000,),
    bundle_trees=(100, 300),
    credit_files=("german-credit",),
    peer_trials=2,
)

RATES = (50, 100, 200)
"""Requests a second of the latency measurements; the middle one also runs beside a portfolio."""

INTERACTIVE_RATE = 100
