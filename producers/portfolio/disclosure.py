"""From a portfolio's exact totals to those that are released: with noise, in groups of at least MIN_GROUP_SIZE. No I/O.

The noise follows from a key and from the clients with their PDs, and from nothing else: the same clients with the same
PDs always give the same numbers, through every entry point, and one client more or less gives all numbers other noise.
What is shown later, at another threshold or cost, is computed from these totals alone (docs/adr/0017).
"""

import hashlib
import hmac
import math
from collections.abc import Callable, Iterable
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contract.disclosure import MIN_GROUP_SIZE
from producers.portfolio.aggregate import MAIN_REASONS, Aggregate
from producers.portfolio.totals import NOISE_CLIENTS, PortfolioTotals, Segments

Noise: TypeAlias = Callable[[str, tuple[int, ...]], NDArray[np.float64]]
"""Gives standard normal numbers of a shape; other ones for another name."""

Matrix: TypeAlias = NDArray[np.float64]


class ClientSetKey:
    """A key made of every client of a run and every PD, in any order. Nobody without the secret can compute it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"neoscore portfolio totals", "sha256")
        self._mixed = 0

    def add(self, client_refs: Iterable[str], probabilities: NDArray[np.float64]) -> None:
        """Add scored clients; each may be added once."""
        for ref, pd in zip(client_refs, probabilities, strict=True):
            hashed = hashlib.blake2b(pd.tobytes() + ref.encode(), digest_size=32, key=self._secret)
            self._mixed ^= int.from_bytes(hashed.digest(), "big")

    def noise(self, model_digest: str) -> Noise:
        """Return the noise for totals of these clients, scored by this model."""
        key = hmac.digest(self._secret, self._mixed.to_bytes(32, "big") + model_digest.encode(), "sha256")

        def draw(name: str, shape: tuple[int, ...]) -> Matrix:
            size = int(np.prod(shape))
            stream = hashlib.shake_256(key + name.encode()).digest(8 * size)
            uniform = (np.frombuffer(stream, ">u8").astype(np.float64) + 0.5) / 2.0**64
            inverse = NormalDist().inv_cdf
            return np.array([inverse(min(u, 1 - 2.0**-53)) for u in uniform.tolist()]).reshape(shape)

        return draw


def disclose(aggregate: Aggregate, noise: Noise) -> PortfolioTotals | None:
    """Return what is released of a portfolio; None if fewer than MIN_GROUP_SIZE clients have a score.

    Each count, and each sum of PDs in its bin, has normal noise that is as wide as NOISE_CLIENTS clients make it. How
    many clients were scored is no secret, so the counts are brought to that sum, and segments to theirs.
    """
    if aggregate.scored < MIN_GROUP_SIZE:
        return None
    low, high = aggregate.edges[:-1], aggregate.edges[1:]
    counts = aggregate.counts + NOISE_CLIENTS * noise("bins", low.shape)
    counts -= (counts.sum() - aggregate.scored) / len(counts)
    middle, half = (low + high) / 2, (high - low) / 2
    beside = aggregate.sums - aggregate.counts * middle + NOISE_CLIENTS * half * noise("sums", low.shape)
    starts = _merged_bins(counts, np.searchsorted(aggregate.edges, [aggregate.threshold / 2, aggregate.threshold]))
    released = np.add.reduceat(counts, starts)
    edges = np.append(aggregate.edges[starts], aggregate.edges[-1])
    means = _means(np.add.reduceat(counts * middle + beside, starts), released, edges)
    return PortfolioTotals(
        threshold=aggregate.threshold, edges=edges, counts=released, means=means, scored=aggregate.scored,
        segments=_segments(aggregate, released, starts, noise), reasons=_reasons(aggregate, noise),
        bars=round(1 / float(np.median(high - low))), margin=math.ceil(NOISE_CLIENTS * len(counts) ** 0.5),
    )  # fmt: skip


def _merged_bins(counts: Matrix, fixed: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return where the bins begin that remain if those of fewer than MIN_GROUP_SIZE join the one before or behind.

    The bins at `fixed` always begin one: so bands at the model's threshold are the sum of whole bins.
    """
    starts, kept = list(range(len(counts))), {0, *fixed.tolist()}
    while True:
        sizes = np.add.reduceat(counts, starts)
        small = [place for place, size in enumerate(sizes) if size < MIN_GROUP_SIZE]
        # Of a small bin goes its beginning, or else its end.
        borders = [next((p for p in (place, place + 1) if _inner(starts, p, kept)), 0) for place in small]
        if not any(borders):
            return np.array(starts, np.intp)
        starts.pop(max(borders))


def _inner(starts: list[int], place: int, kept: set[int]) -> bool:
    return place < len(starts) and starts[place] not in kept


def _means(sums: Matrix, counts: Matrix, edges: Matrix) -> Matrix:
    """Return the mean PD of each bin, within its edges; the middle for one of fewer than MIN_GROUP_SIZE clients."""
    low, high = edges[:-1], edges[1:]
    enough = counts >= MIN_GROUP_SIZE
    mean = np.divide(sums, counts, out=(low + high) / 2, where=enough)
    return np.asarray(np.clip(mean, low, high), np.float64)


def _segments(aggregate: Aggregate, released: Matrix, starts: NDArray[np.intp], noise: Noise) -> Segments | None:
    if aggregate.segmentation is None:
        return None
    exact = np.add.reduceat(aggregate.segments, starts, axis=1)
    sizes = exact.sum(axis=1)
    filled = sizes > 0
    counts = np.zeros(exact.shape)
    drawn = noise(f"segments {aggregate.segmentation.feature.name}", exact.shape)
    counts[filled] = _fitted((exact + NOISE_CLIENTS * drawn)[filled], sizes[filled], released)
    return Segments(aggregate.segmentation, sizes, counts)


def _fitted(counts: Matrix, rows: NDArray[np.int64], columns: Matrix) -> Matrix:
    """Return the nearest table (least squares) whose rows and columns have these sums."""
    by_row = (rows - counts.sum(axis=1)) / counts.shape[1]
    by_column = (columns - counts.sum(axis=0)) / counts.shape[0]
    both = (rows.sum() - counts.sum()) / counts.size
    return np.asarray(counts + by_row[:, None] + by_column[None, :] - both, np.float64)


def _reasons(aggregate: Aggregate, noise: Noise) -> tuple[tuple[str, float], ...]:
    """Return features by the share of clients of whom they are a main reason; each client counts for up to three."""
    if aggregate.explained < MIN_GROUP_SIZE:
        return ()
    names = sorted(aggregate.reasons)
    drawn = noise("reasons", (len(names),)) * NOISE_CLIENTS * MAIN_REASONS**0.5
    counts = {name: aggregate.reasons[name] + extra for name, extra in zip(names, drawn.tolist(), strict=True)}
    shares = {name: min(1.0, count / aggregate.explained) for name, count in counts.items() if count >= MIN_GROUP_SIZE}
    return tuple(sorted(shares.items(), key=lambda item: (-item[1], item[0])))
