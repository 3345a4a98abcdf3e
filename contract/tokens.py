"""Signed tokens (JWT, RFC 7519) of an OpenID Connect provider: access tokens and identity tokens. No I/O.

The type of the key decides the algorithm, whatever the token's header says: so neither `none` nor an HMAC with a public
key as its secret can pass.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import (
    ClaimError,
    ExpiredTokenError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from contract.errors import ContractError

LEEWAY_SECONDS = 60
"""Difference allowed between the clocks of the provider and of this machine: that of machines that synchronise time."""

MAX_TOKEN_BYTES = 8 * 1024
"""A token with hundreds of roles is smaller."""

MIN_RSA_BITS = 2048
"""NIST SP 800-57: shorter keys are no longer secure."""

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Of public keys only. EdDSA is the older name (RFC 8037) of what RFC 9864 calls Ed25519."""


TOKEN_TYPES = ("jwt", "at+jwt", "application/at+jwt")
"""What `typ` of a token's header may be, in any case: an access token (RFC 9068) or no particular one. Others serve
another purpose: to sign a session out, to prove the possession of a key."""

LOGOUT_TOKEN_TYPES = ("logout+jwt", "jwt")
"""The same of a token that ends sessions (OpenID Connect Back-Channel Logout, 2.4); older providers write `JWT`."""


class RejectionReason(StrEnum):
    """Why a token was rejected: for metrics, and for the caller, who knows its own token."""

    MISSING = "missing"
    MALFORMED = "malformed"
    TYPE = "type"
    """It serves another purpose."""
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    TOO_OLD = "too_old"
    """Its issuer gave it a longer life than the settings allow."""
    SENDER_CONSTRAINED = "sender_constrained"
    """It is bound to a key or certificate (`cnf`), whose possession is not checked here."""
    CLAIMS = "claims"


class InvalidTokenError(ContractError):
    """A token that proves nothing. The text is the reason alone."""

    def __init__(self, reason: RejectionReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


_REASON_OF_CLAIM = {
    "iss": RejectionReason.ISSUER,
    "aud": RejectionReason.AUDIENCE,
    "nbf": RejectionReason.NOT_YET_VALID,
    "iat": RejectionReason.NOT_YET_VALID,
}


def unverified_key_id(token: str, types: Sequence[str] = TOKEN_TYPES) -> str | None:
    """Return the id of the key that a token's header names; None if it names none.

    `types`: what `typ` may be, in lower case. Raises InvalidTokenError.
    """
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise InvalidTokenError(RejectionReason.MALFORMED)
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidTokenError(RejectionReason.MALFORMED) from None
    if str(header.get("typ", "jwt")).lower() not in types:
        raise InvalidTokenError(RejectionReason.TYPE)
    if header.get("alg") not in ALGORITHMS:
        raise InvalidTokenError(RejectionReason.ALGORITHM)
    kid = header.get("kid")
    if not (kid is None or isinstance(kid, str)) or "crit" in header:
        raise InvalidTokenError(RejectionReason.MALFORMED)
    return kid


def verify_claims(
    token: str, key: Key, issuer: str, audience: str, now: float, required: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    """Return the claims of a token that this key signed, of this issuer, for this audience, and valid now.

    `now` in seconds since 1970. `required`: claims beside `iss`, `aud` and `exp` that must be there. Raises
    InvalidTokenError.
    """
    try:
        claims = jwt.decode(token, key, registry=_KeyAlgorithms(key)).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidTokenError(RejectionReason.SIGNATURE) from None
    options: dict[str, Any] = {name: {"essential": True} for name in ("exp", *required)}
    options |= {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience}}
    registry = jwt.JWTClaimsRegistry(now=int(now), leeway=LEEWAY_SECONDS, **options)
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        raise InvalidTokenError(RejectionReason.EXPIRED) from None
    except ClaimError as error:
        raise InvalidTokenError(_REASON_OF_CLAIM.get(error.claim, RejectionReason.CLAIMS)) from None
    return claims


def allowed_algorithms(key: Key) -> tuple[str, ...]:
    """Return the only algorithms that a key of the issuer may be used with; none for a key that signs no tokens."""
    match key:
        case RSAKey() if key.public_key.key_size >= MIN_RSA_BITS:
            usual: tuple[str, ...] = ("RS256", "PS256")
        case ECKey() if key.curve_name == "P-256":
            usual = ("ES256",)
        case ECKey() if key.curve_name == "P-384":
            usual = ("ES384",)
        case OKPKey() if key.curve_name == "Ed25519":
            usual = ("EdDSA", "Ed25519")
        case _:
            return ()
    if key.get("use") not in (None, "sig"):
        return ()
    named = key.get("alg")
    if named is None or (isinstance(key, OKPKey) and named in usual):
        return usual
    return tuple(name for name in usual if name == named)


class _KeyAlgorithms(jws.JWSRegistry):
    """Allows the algorithms of one key and no other: the library's registry allows all that it recommends.

    Unknown header parameters are ignored, unless `crit` names them (RFC 7515).
    """

    def __init__(self, key: Key) -> None:
        super().__init__(strict_check_header=False)
        self._names = allowed_algorithms(key)

    def get_alg(self, name: str) -> Any:
        if name not in self._names:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]
