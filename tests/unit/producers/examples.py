"""A made-up score of the tiny model, for tests of what people read."""

from datetime import UTC, datetime

from contract.bundle import risk_band
from contract.messages import Contribution, ModelRef, Scored

FEATURES = {"income": 28_500.0, "late": 2, "home": "tenant", "score": 0.25, "constant": 0}


def example_score(points: dict[str, float], base: float = 0.221, threshold: float = 0.4, **more: object) -> Scored:
    probability = base + sum(points.values())
    parts = [Contribution(name, log_odds=share * 5, probability_contribution=share) for name, share in points.items()]
    return Scored(
        request_id="01a20ddc-4994-70c3-ad9f-db22407efb41",
        client_ref="someone",
        probability=probability,
        base_probability=base,
        base_log_odds=-1.26,
        threshold=threshold,
        band=risk_band(probability, threshold),
        contributions=parts,
        model=ModelRef("tiny", "tiny-0123456789ab", "d" * 64),
        scored_at=datetime(2026, 1, 2, tzinfo=UTC),
        **more,
    )
