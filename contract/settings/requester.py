"""Limits of a requester."""

from pydantic import BaseModel, Field

from contract.retention import DEFAULT_RETENTION_SECONDS, Retention


class RequesterSettings(BaseModel):
    """Settings of whatever requests scores: dashboard, gateway, command line."""

    request_ttl_seconds: float = Field(
        default_factory=lambda given: (
            Retention(given.get("retention_seconds", DEFAULT_RETENTION_SECONDS)).request_ttl_seconds
        ),
        gt=0,
        description="time to live that requesters give a request: longer than partition failover, and at most the "
        "retention; default: half the retention, 30 at most",
    )
    max_requests_in_flight: int = Field(
        1_000,
        gt=0,
        description="requests one requester keeps in flight: enough to fill a worker, small in memory",
    )
    submit_timeout_seconds: float = Field(
        5,
        ge=0,
        description="how long submit blocks at the in-flight limit: a busy worker answers many requests in this time",
    )
    max_blocks_in_flight: int = Field(
        8, gt=0, description="blocks in flight of one portfolio run: two for each core, a few MB"
    )
