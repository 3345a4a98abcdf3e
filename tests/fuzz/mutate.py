"""Small damage to valid messages. Everything draws from a `random.Random`, which Hypothesis can play as well."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

INTERESTING = (
    b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\x7f\xff\xff\xff", b"\xc3\x28", b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"', b"\\", b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN", b"1e999", b"-", b"0", b"\n",
)  # fmt: skip


def damage(rng: random.Random, value: bytes, most: int = 4) -> bytes:
    """Return the bytes after one to `most` flips, cuts, insertions or repetitions."""
    spoilt = bytearray(value)
    for _ in range(rng.randint(1, most)):
        at = rng.randrange(len(spoilt) + 1)
        until = min(len(spoilt), at + rng.randint(1, 16))
        match rng.randrange(7):
            case 0 if at < len(spoilt):
                spoilt[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(spoilt):
                spoilt[at] = rng.randrange(256)
            case 2:
                del spoilt[at:until]
            case 3:
                spoilt[at:at] = rng.choice(INTERESTING)
            case 4:
                spoilt[at:at] = spoilt[at:until]
            case 5:
                piece = rng.choice(INTERESTING)
                spoilt[at : at + len(piece)] = piece
            case _:
                del spoilt[at:]
    return bytes(spoilt)


def one_in(rng: random.Random, n: int) -> bool:
    """Return True once in `n` times."""
    return rng.randrange(n) == 0


def some(rng: random.Random, most: int) -> range:
    """Return a range of up to `most`, mostly short: one fault is found more easily than five."""
    return range(min(rng.randint(0, most), rng.randint(0, most)))


def pick(rng: random.Random, items: Sequence[T]) -> T:
    """Return one of them."""
    return items[rng.randrange(len(items))]
