"""How long things live, and how much is under way at a time."""

from pydantic import BaseModel, Field


class ScoringSettings(BaseModel):
    """Settings of workers and requesters."""

    request_ttl_seconds: float = Field(
        30, gt=0, description="time to live that requesters give a request: longer than a worker's takeover"
    )
    result_ttl_seconds: float = Field(
        60,
        gt=0,
        description="how long the worker's cache and the advisor's screen keep a result: one conversation",
    )
    cache_entries: int = Field(
        10_000, gt=0, description="results a worker's cache holds at most: about 50 MB with explanations"
    )
    watchdog_seconds: float = Field(
        30,
        gt=0,
        description="a worker exits when requests wait and none is answered for so long: longer than a rebalance",
    )
    max_in_flight: int = Field(
        1_000,
        gt=0,
        description="requests one client keeps in flight: enough to fill a worker, small in memory",
    )
    submit_wait_seconds: float = Field(
        5, ge=0, description="longest wait for room among the requests in flight: a busy worker answers many by then"
    )
    max_blocks_in_flight: int = Field(
        8, gt=0, description="blocks in flight of one portfolio run: two for each core, a few MB"
    )
