"""Exceptions of signing in.

IdentityError
└── SignInRefused     what came back from the provider proves nobody's identity

A provider that does not answer is contract.oidc.ProviderUnavailableError.
"""


class IdentityError(Exception):
    """Base of every error of signing in. No message holds a token, a secret or a name."""


class SignInRefused(IdentityError):  # noqa: N818 - names what happened
    """What came back from the provider proves nobody's identity."""
