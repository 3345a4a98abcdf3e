"""Limits of a worker."""

from pydantic import BaseModel, Field


class WorkerSettings(BaseModel):
    """Settings of workers."""

    result_ttl_seconds: float = Field(
        60,
        gt=0,
        description="how long the worker's cache and the advisor's screen keep a result: one conversation",
    )
    cache_entries: int = Field(
        10_000, gt=0, description="maximum number of results in a worker's cache: about 50 MB with explanations"
    )
    watchdog_timeout_seconds: float = Field(
        30,
        gt=0,
        description="a worker exits if requests are pending and none is answered for this long: longer than a "
        "rebalance",
    )
