"""JSON as text, so that it can hold what no encoder would write: duplicate keys, NaN, numbers without end."""

import json
import random
from collections.abc import Sequence
from typing import Any

from tests.fuzz.mutate import pick

Pairs = list[tuple[str, str]]
"""Keys and values of an object, as JSON text."""

ODD_VALUES = (
    "null", "true", "false", "NaN", "Infinity", "-Infinity", "nan", "1e999", "-1e999", "1e-999", "1e308", "-0",
    "-0.0", "0.0",
    "1.5", "0.9999999999999999", "1.0000000000000002", "8.000000000000001", "1e6", "1000000.0000000001", "1e5000",
    "01", "1.", ".5", "+1",
    "0x10", "1_000", "9" * 400, "-" + "9" * 400, "0." + "0" * 400 + "1", "9" * 5_000, "9223372036854775808",
    "18446744073709551616",
    '""', '" "', '"3"', '"3.0"', "3", "3.0", '"owner"', '"OWNER"', '"owner\\u0000"', '"\\ud800"', '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\u0000"', '"' + "x" * 5_000 + '"', '"' + "é" * 200 + '"', "[]", "{}", "[null]", '{"a": 1}', '{"owner": "owner"}',
    "[" * 100 + "]" * 100, "[" * 3_000 + "]" * 3_000, '{"a":' * 3_000 + "1" + "}" * 3_000, "[" * 3_000,
    '"2026-03-01T12:01:00Z"', '"2026-03-01T12:01:00"', '"2026-03-01"', '"0001-01-01T00:00:00+23:59"',
    '"9999-12-31T23:59:59-23:59"', '"2026-03-01T12:01:60Z"', '"2026-03-01T12:01:00.123456789Z"', "1772366400", "-1",
    '"00000000-0000-0000-0000-000000000000"', '"0195534F-9A3C-7C1B-8F5E-3F1F2D4B5A69"',
    '"0195534f9a3c7c1b8f5e3f1f2d4b5a69"', '"0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a69\\n"', '"c1\\n"',
    '"{0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a69}"', '"0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a6\\n"', '"c\\n1"', '"\\u007f"',
    '"' + "c" * 128 + '"', '"' + "c" * 129 + '"',
)  # fmt: skip

ODD_KEYS = (
    '""', '"Income"', '"income "', '"income\\u0000"', '"\\u0069ncome"', '"\\ud800"', '"__proto__"',
    '"' + "k" * 5_000 + '"', '"é"',
    '"status"', '"position"', '"features"', '"request_id"', '"client_ref"', '"sex"', '"home"', '"late"',
)  # fmt: skip


def text(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value)


def pairs(message: dict[str, Any]) -> Pairs:
    """Return the fields of an object as JSON text."""
    return [(text(name), text(value)) for name, value in message.items()]


def join(fields: Sequence[tuple[str, str]]) -> str:
    """Return the object as JSON, or what would be JSON if its parts were."""
    return "{" + ",".join(f"{name}:{value}" for name, value in fields) + "}"


def spoil(rng: random.Random, fields: Pairs) -> None:
    """Drop, repeat, rename, replace, add or nest one field."""
    at = rng.randrange(len(fields)) if fields else None
    match rng.randrange(7):
        case 0 if at is not None:
            del fields[at]
        case 1 if at is not None:
            fields.insert(rng.randrange(len(fields) + 1), (fields[at][0], pick(rng, ODD_VALUES)))
        case 2 if at is not None:
            fields[at] = (pick(rng, ODD_KEYS), fields[at][1])
        case 3 if at is not None:
            fields[at] = (fields[at][0], "[" * (depth := rng.choice((1, 2, 50, 2_000))) + fields[at][1] + "]" * depth)
        case 4:
            fields.append((pick(rng, ODD_KEYS), pick(rng, ODD_VALUES)))
        case _ if at is not None:
            fields[at] = (fields[at][0], pick(rng, ODD_VALUES))
