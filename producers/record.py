"""One request, ready to be published."""

from dataclasses import dataclass

from contract.headers import Headers


@dataclass(frozen=True)
class RequestRecord:
    """One request, ready to be published."""

    id: str
    key: str
    value: bytes
    headers: Headers
