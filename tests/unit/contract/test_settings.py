import pytest
from pydantic import ValidationError

from contract.settings import Settings
from contract.settings.production import plaintext_listener_error

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


PRODUCTION = {"environment": "production", "pseudonym_key": KEY}


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"log_level": "DEBUG"}, "NEOSCORE_LOG_LEVEL"),
        ({"kafka_bootstrap_servers": "kafka.bank.example:9092"}, "NEOSCORE_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_bootstrap_servers": "127.0.0.1:9092,10.0.0.7:9092"}, "NEOSCORE_KAFKA_SECURITY_PROTOCOL"),
        ({"database_url": "postgresql+psycopg2://u@db.bank.example/neoscore"}, "NEOSCORE_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg2://u@db.bank.example/neoscore?sslmode=require"}, "NEOSCORE_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg2:///neoscore?host=db.bank.example"}, "NEOSCORE_DATABASE_URL"),
    ],
)
def test_production_refuses_what_everybody_on_the_network_could_read(changes, variable):
    Settings(**{**changes, "environment": "development"})
    with pytest.raises(ValidationError, match=variable):
        Settings(**PRODUCTION, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"kafka_bootstrap_servers": "localhost:9092,[::1]:9092"},
        {"kafka_bootstrap_servers": "kafka.bank.example:9093", "kafka_security_protocol": "SSL"},
        {"database_url": "postgresql+psycopg2:///neoscore?host=/run/postgresql"},
        {"database_url": "postgresql+psycopg2://u@db.bank.example/neoscore?sslmode=verify-full&sslrootcert=/ca.pem"},
    ],
)
def test_production_takes_roads_that_are_guarded_or_stay_on_the_machine(changes):
    assert Settings(**PRODUCTION, **changes)


def test_signing_in_to_the_broker_needs_a_user_and_a_password():
    with pytest.raises(ValidationError, match="NEOSCORE_KAFKA_USERNAME and NEOSCORE_KAFKA_PASSWORD"):
        Settings(kafka_security_protocol="SASL_SSL", kafka_username="scorer")
    secret = Settings(kafka_security_protocol="SASL_SSL", kafka_username="scorer", kafka_password="not-to-be-shown")
    assert "not-to-be-shown" not in repr(secret)


def test_a_certificate_comes_with_its_key():
    with pytest.raises(ValidationError, match="NEOSCORE_TLS_KEY belong together"):
        Settings(tls_cert="/cert.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_door_that_only_this_machine_reaches_needs_no_tls(host):
    assert plaintext_listener_error(Settings(**PRODUCTION), host, encrypted=False) is None


def test_a_door_to_the_outside_needs_tls_in_production():
    fault = plaintext_listener_error(Settings(**PRODUCTION), "0.0.0.0", encrypted=False)
    assert fault
    assert "NEOSCORE_TLS_CERT" in fault
    assert plaintext_listener_error(Settings(), "0.0.0.0", encrypted=False) is None
    assert plaintext_listener_error(Settings(**PRODUCTION, behind_tls_proxy=True), "0.0.0.0", encrypted=False) is None
    assert plaintext_listener_error(Settings(**PRODUCTION), "0.0.0.0", encrypted=True) is None


@pytest.mark.parametrize("prefix", ["bank_a.", "bank a", "bänk", "a/b", "a\n", "x" * 101])
def test_a_prefix_that_kafka_would_not_take_is_refused(prefix):
    with pytest.raises(ValidationError, match="letters, digits, dots and dashes only, at most 100"):
        Settings(topic_prefix=prefix)


def test_the_workers_group_begins_with_the_prefix_unless_it_is_named():
    assert Settings().group == "neoscore-scorer"
    assert Settings(topic_prefix="bank-a.").group == "bank-a.neoscore-scorer"
    assert Settings(topic_prefix="bank-a.", consumer_group="scorers").group == "scorers"
