"""One setting, and every time that follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.retention import MAX_RETENTION_SECONDS, MIN_RETENTION_SECONDS, Retention
from contract.settings import Settings

RETENTIONS = st.integers(MIN_RETENTION_SECONDS, MAX_RETENTION_SECONDS)


@given(RETENTIONS)
def test_every_time_follows_from_the_retention(seconds: int) -> None:
    settings = Settings(retention_seconds=seconds)
    retention = settings.retention
    assert retention == Retention(seconds)
    assert retention.topic_config == {"retention.ms": str(1000 * seconds), "segment.ms": str(500 * seconds)}
    assert settings.request_ttl_seconds <= seconds / 2
    assert settings.seal_key_rotation_seconds == seconds
    assert retention.max_record_age_seconds > seconds + retention.segment_seconds


def test_the_defaults_are_those_of_a_minute() -> None:
    settings = Settings()
    assert (settings.retention_seconds, settings.request_ttl_seconds) == (60, 30)
    assert settings.seal_key_rotation_seconds == 60
    assert settings.retention.max_record_age_seconds == 100


@pytest.mark.parametrize("seconds", ["9", "301", "soon", "60.5"])
def test_a_retention_outside_the_bounds_is_refused(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEOSCORE_RETENTION_SECONDS", seconds)
    with pytest.raises(ValidationError, match="retention_seconds"):
        Settings()


def test_a_request_cannot_live_longer_than_its_topic() -> None:
    with pytest.raises(ValidationError, match=r"NEOSCORE_REQUEST_TTL_SECONDS must not exceed"):
        Settings(retention_seconds=20, request_ttl_seconds=21)
    assert Settings(retention_seconds=20, request_ttl_seconds=20).request_ttl_seconds == 20
