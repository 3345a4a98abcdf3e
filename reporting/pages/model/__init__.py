"""The model page: quality, fairness, feature importance, and the stability of the population."""
