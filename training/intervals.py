"""How sure a share is."""

import math

from contract.report import Rate

Z = 1.959964
"""Of the standard normal distribution, for 95 %."""


def rate(hits: int, count: int) -> Rate:
    """Return the share `hits / count` with its 95 % interval (Wilson 1927): sound for small counts and near 0 and 1."""
    share, spread = hits / count, Z**2 / count
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Rate(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))
