"""Portfolio runs: a selection of clients scored over the batch lane, and totals that single nobody out."""
