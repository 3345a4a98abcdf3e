"""A Kafka record that carries one request or block."""

from dataclasses import dataclass

from contract.headers import Headers


@dataclass(frozen=True)
class RequestRecord:
    """A record that is ready to be published."""

    id: str
    key: str | None
    """None where the partition is chosen without one."""
    value: bytes
    headers: Headers
    requests: int = 1
    """How many requests it carries: the rows of a block."""
    partition: int | None = None
    """None: the key decides."""
