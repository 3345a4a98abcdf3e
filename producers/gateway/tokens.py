"""Bearer tokens (RFC 6750): JWTs signed by the issuer, checked without a guess. No I/O.

The algorithm is the one of the key's type, whatever the token says: so neither `none` nor an HMAC with a public key as
its secret can pass.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

LEEWAY_SECONDS = 30.0
"""As much as clocks of machines that keep time differ, and some more."""

MAX_TOKEN_BYTES = 8 * 1024
"""A token with hundreds of roles is smaller."""

MIN_RSA_BITS = 2048
"""NIST SP 800-57: less is not safe any more."""

SUBJECT_PATTERN = re.compile(r"[\x21-\x7e]{1,128}")
"""What a caller may be called in the access log: printable, without spaces."""


class RejectionReason(StrEnum):
    """Why a token was refused: for the metrics and for the caller, who knows its own token."""

    MISSING = "missing"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CLAIMS = "claims"


class InvalidTokenError(Exception):
    """A token that proves nothing."""

    def __init__(self, reason: RejectionReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Principal:
    """Who asks, and what for it may ask."""

    subject: str
    scopes: frozenset[str]


def unverified_key_id(token: str) -> str:
    """Return which key a token says it was signed with. Raises InvalidTokenError."""
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise InvalidTokenError(RejectionReason.MALFORMED)
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidTokenError(RejectionReason.MALFORMED) from None
    if header.get("alg") not in _ALGORITHMS:
        raise InvalidTokenError(RejectionReason.ALGORITHM)
    kid = header.get("kid")
    if not isinstance(kid, str) or "crit" in header:
        raise InvalidTokenError(RejectionReason.MALFORMED)
    return kid


def verify_access_token(token: str, key: Key, issuer: str, audience: str, now: float) -> Principal:
    """Return who the token proves to ask. `now` in seconds since 1970. Raises InvalidTokenError."""
    claims = _verified_claims(token, key)
    if claims.get("iss") != issuer:
        raise InvalidTokenError(RejectionReason.ISSUER)
    audiences = claims.get("aud")
    if audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise InvalidTokenError(RejectionReason.AUDIENCE)
    _check_times(claims, now)
    return Principal(_subject(claims), _scopes(claims))


_ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")


def allowed_algorithms(key: Key) -> tuple[str, ...]:
    """Return the only names of algorithms that a key of the issuer may be used with; none for a key not taken.

    EdDSA is the older name (RFC 8037) of what RFC 9864 calls Ed25519.
    """
    match key:
        case RSAKey() if key.public_key.key_size >= MIN_RSA_BITS:
            usual: tuple[str, ...] = ("RS256",)
        case ECKey() if key.curve_name == "P-256":
            usual = ("ES256",)
        case OKPKey() if key.curve_name == "Ed25519":
            usual = ("EdDSA", "Ed25519")
        case _:
            return ()
    if key.get("use") not in (None, "sig"):
        return ()
    named = key.get("alg")
    return usual if named is None or named in usual else ()


class _KeyAlgorithms(jws.JWSRegistry):
    """Allows what the key allows and nothing else: the library's own takes all it recommends where nothing is allowed.

    Header parameters that the library does not know are no reason to refuse, unless `crit` names them (RFC 7515).
    """

    def __init__(self, key: Key) -> None:
        super().__init__(strict_check_header=False)
        self._names = allowed_algorithms(key)

    def get_alg(self, name: str) -> Any:
        if name not in self._names:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def _verified_claims(token: str, key: Key) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, key, registry=_KeyAlgorithms(key)).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidTokenError(RejectionReason.SIGNATURE) from None


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if _time(claims.get("exp")) <= now - LEEWAY_SECONDS:
        raise InvalidTokenError(RejectionReason.EXPIRED)
    begins = [_time(claims[name]) for name in ("nbf", "iat") if claims.get(name) is not None]
    if max(begins, default=now) > now + LEEWAY_SECONDS:
        raise InvalidTokenError(RejectionReason.NOT_YET_VALID)


def _time(value: object) -> float:
    """Return a NumericDate (RFC 7519). Raises InvalidTokenError when it is none, or beyond all use."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise InvalidTokenError(RejectionReason.CLAIMS)
    return float(value)


def _subject(claims: Mapping[str, Any]) -> str:
    name = claims.get("sub") or claims.get("client_id")
    if not isinstance(name, str) or not SUBJECT_PATTERN.fullmatch(name):
        raise InvalidTokenError(RejectionReason.CLAIMS)
    return name


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes: a text with spaces between (RFC 9068), or a list, as some providers write it."""
    scope = claims.get("scope", claims.get("scp", ""))
    words = scope.split(" ") if isinstance(scope, str) else scope
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidTokenError(RejectionReason.CLAIMS)
    return frozenset(words)
