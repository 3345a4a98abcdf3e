import pytest
from pydantic import ValidationError

from contract.settings import Settings

KEY = "a-key-of-a-real-bank-0123456789"


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("NEOSCORE_HOME", str(tmp_path))
    monkeypatch.setenv("NEOSCORE_RESULT_TTL_SECONDS", "5")
    config = Settings()
    assert config.models_folder == tmp_path / "models"
    assert config.result_ttl_seconds == 5


def test_a_bad_value_names_its_field(monkeypatch):
    monkeypatch.setenv("NEOSCORE_CACHE_ENTRIES", "many")
    with pytest.raises(ValidationError, match="cache_entries"):
        Settings()


def test_production_refuses_the_default_key():
    with pytest.raises(ValidationError, match="NEOSCORE_PSEUDONYM_KEY must be set"):
        Settings(environment="production")
    assert Settings(environment="production", pseudonym_key=KEY)


def test_a_short_key_is_refused_and_not_shown():
    with pytest.raises(ValidationError, match="16 bytes") as caught:
        Settings(pseudonym_key="hunter2")
    assert "hunter2" not in str(caught.value)


def test_the_key_is_not_shown():
    assert KEY not in repr(Settings(pseudonym_key=KEY))
