"""Exceptions of the contract package.

ContractError
├── MessageError               a message that cannot be read; carries the stable error code
├── SchemaError                a feature schema that contradicts itself
├── BundleError                a model bundle that is incomplete, altered or unreadable
│   └── SignatureError         a bundle that no trusted release key signed, see contract.release
├── ReleaseKeyError            a private release key that cannot be read or written
├── IsolationError             a file that the process set apart for it could not read, see contract.isolation
├── TopicError                 topics that are missing or keep data longer than allowed
├── SealError                  a sealed payload that cannot be opened, see contract.seal.errors
├── ProviderUnavailableError   the OpenID Connect provider does not respond, or not as one, see contract.oidc
└── BrokerUnavailableError     no broker can be reached at the configured addresses
"""

import msgspec

from contract.codes import ErrorCode

JSON_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes that are not JSON of the type asked for: no UTF-8 and deep nesting have errors apart."""


class ContractError(Exception):
    """Base of every error that the contract package raises."""


class MessageError(ContractError):
    """A message that cannot be read. `code` is stable; `detail` never repeats what the message held."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SchemaError(ContractError):
    """A feature schema that is malformed or contradicts itself."""


class BundleError(ContractError):
    """A model bundle that is incomplete, altered or unreadable."""


class SignatureError(BundleError):
    """A model bundle that no trusted release key signed."""


class ReleaseKeyError(ContractError):
    """A private release key that cannot be read or written."""


class IsolationError(ContractError):
    """A child process could not read a file; the text says why."""


class TopicError(ContractError):
    """Topics that are missing, or whose settings would keep data longer than allowed."""


class BrokerUnavailableError(ContractError):
    """No broker can be reached at the configured addresses."""
