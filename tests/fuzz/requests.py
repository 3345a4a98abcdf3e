"""Single requests: valid ones, and what may become of them."""

import random
import uuid

from tests.fuzz.case import NOW, Case, Headers, Kind
from tests.fuzz.json_texts import ODD_VALUES, join, pairs, spoil, text
from tests.fuzz.mutate import damage, one_in, pick, some
from tests.support.tiny_model import draw_features

FEATURES = draw_features(200, seed=41)

EXPIRES_AT = ("2026-03-01T12:01:00Z", "2026-03-01T13:01:00+01:00", "2026-03-01T11:59:59Z")

ODD_HEADERS: Headers = (
    ("ce_type", b"neoscore.score.request.v2"), ("ce_type", b"neoscore.score.block.v1"), ("ce_type", b""),
    ("ce_type", b"\xff"),
    ("ce_type", None), ("ce_id", b"0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a69"), ("ce_id", b"no uuid"),
    ("ce_id", b"\xff\xfe"), ("ce_id", None),
    ("ce_id", b"x" * 3_000), ("ce_id", b""),
    ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("traceparent", b"\xff" * 40), ("tracestate", b"x" * 512), ("tracestate", b"x" * 513), ("traceparent", None),
    ("", b""), ("\x00", b"\x00"),
    ("content-type", b"text/plain"), ("content-encoding", b"gzip"), ("CE_TYPE", b"neoscore.score.request.v2"),
)  # fmt: skip

ODD_KEYS = (None, b"", b"\xff", b"c2", b"\x00", b"x" * 200, "é".encode(), b"c1\n")

ODD_TIMESTAMPS = (
    None,
    0.0,
    NOW.timestamp() - 29.9,
    NOW.timestamp() - 31,
    NOW.timestamp() + 3_600,
    1e11,
    253402300799.0,
    9e15,
    1e18,
)


def make_request(rng: random.Random) -> Case:
    """Return a request that is valid, or was before something happened to it."""
    message = {"request_id": str(uuid.UUID(int=rng.getrandbits(128))), "client_ref": f"c{rng.randrange(4)}"}
    fields = pairs(message)
    features = pairs(FEATURES[rng.randrange(len(FEATURES))])
    if one_in(rng, 4):
        fields.append(('"explain"', pick(rng, ("true", "false"))))
    if one_in(rng, 4):
        fields.append(('"expires_at"', text(pick(rng, EXPIRES_AT))))
    for _ in some(rng, 3):
        spoil(rng, features)
    if not one_in(rng, 12):
        fields.append(('"features"', join(features) if not one_in(rng, 40) else pick(rng, ODD_VALUES)))
    for _ in some(rng, 2):
        spoil(rng, fields)
    value = _bytes(rng, join(fields))
    key = message["client_ref"].encode() if not one_in(rng, 12) else pick(rng, ODD_KEYS)
    return Case(Kind.REQUEST, value, key, odd_headers(rng), odd_timestamp(rng))


def odd_headers(rng: random.Random) -> Headers:
    """Return headers, mostly none."""
    return tuple(pick(rng, ODD_HEADERS) for _ in some(rng, 4)) if one_in(rng, 3) else ()


def odd_timestamp(rng: random.Random) -> float | None:
    """Return when the broker says that it received the record, mostly now."""
    return pick(rng, ODD_TIMESTAMPS) if one_in(rng, 20) else NOW.timestamp()


def _bytes(rng: random.Random, message: str) -> bytes:
    value = message.encode()
    match rng.randrange(24):
        case 0:
            return message.encode("utf-16")
        case 1:
            return message.encode("latin-1", "replace")
        case 2:
            return value + value
        case 3:
            return b"[" + value + b"]"
        case 4:
            return b"\xef\xbb\xbf" + value
        case 5:
            return value.replace(b":", b" :\r\n\t", 1) + b" " * rng.choice((1, 70_000))
        case 6 | 7 | 8 | 9:
            return damage(rng, value)
        case _:
            return value
