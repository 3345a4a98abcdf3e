"""Clients under pseudonyms: those of a data set, of a table, and the references that another key gives them."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from contract.pseudonyms import pseudonymize
from contract.settings import Settings
from db.errors import SeedError
from db.seed import seed_clients
from stack.errors import ClientTableError
from tabular.encodings import StreamDecoder

if TYPE_CHECKING:  # pandas takes half a second, and only seeding needs it
    from training.dataset import Dataset

FRAME_CHUNK_ROWS = 1_000
"""Rows turned into Python values at a time: keeps memory flat, and costs nothing per row."""


def load_clients(
    engine: Engine, config: Settings, dataset: "Dataset", progress: Callable[[int], None] | None = None
) -> int:
    """Replace all clients by those of a data set, under pseudonyms, and return how many. Raises DatabaseError."""
    refs = map(pseudonym_maker(config), dataset.customer_numbers)
    return seed_clients(engine, dataset.schema, zip(refs, _rows(dataset), strict=True), progress)


def pseudonym_maker(config: Settings) -> Callable[[str], str]:
    """Return the function from customer number to client reference under the current key."""
    key = config.pseudonym_key.get_secret_value().encode()
    return lambda number: pseudonymize(number.strip(), key, config.pseudonym_key_id)


def customer_numbers(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the customer numbers of a text's lines, one each; blank lines are none.

    The text is UTF-8, UTF-16, UTF-32 or cp1252. Raises ClientTableError, naming the line, for what is no text.
    """
    for place, line in enumerate(_utf8_lines(lines), 1):
        try:
            number = line.decode().strip()
        except UnicodeDecodeError:
            raise ClientTableError(f"customer numbers, line {place}: not UTF-8, as the text is elsewhere") from None
        if _CONTROL.search(number):
            raise ClientTableError(f"customer numbers, line {place}: expected a text with one number a line")
        if number:
            yield number


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""What no customer number contains, and what a workbook or another packed file begins with."""


def _utf8_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    decoder, rest = StreamDecoder(), b""
    for part in chain(parts, [b""]):
        lines = (rest + decoder.decode(part)).splitlines(keepends=True)
        rest = lines.pop() if part and lines and not lines[-1].endswith(b"\n") else b""
        yield from lines


def reference_pairs(config: Settings, numbers: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield each customer's reference under the current key and under the new one.

    Raises SeedError, and ClientTableError like `customer_numbers`.
    """
    if config.new_pseudonym_key is None:
        raise SeedError("NEOSCORE_NEW_PSEUDONYM_KEY is not set: there is no key to change to")
    old, new = (key.get_secret_value().encode() for key in (config.pseudonym_key, config.new_pseudonym_key))
    for number in customer_numbers(numbers):
        yield (
            pseudonymize(number, old, config.pseudonym_key_id),
            pseudonymize(number, new, config.new_pseudonym_key_id),
        )


def _rows(dataset: "Dataset") -> Iterator[dict[str, Any]]:
    for start in range(0, len(dataset.frame), FRAME_CHUNK_ROWS):
        yield from dataset.frame.iloc[start : start + FRAME_CHUNK_ROWS].to_dict("records")
