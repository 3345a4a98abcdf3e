import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.settings import Settings
from contract.settings.keys import is_guessable
from contract.settings.production import plaintext_listener_error
from contract.settings.secret_files import is_secret
from tests.support.release import PUBLIC_KEY

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
    assert Settings(environment="production", pseudonym_key=KEY, release_key=PUBLIC_KEY)


def test_a_short_key_is_refused_and_not_shown():
    with pytest.raises(ValidationError, match="16 bytes") as caught:
        Settings(pseudonym_key="hunter2")
    assert "hunter2" not in str(caught.value)


def test_the_key_is_not_shown():
    assert KEY not in repr(Settings(pseudonym_key=KEY))


PRODUCTION = {"environment": "production", "pseudonym_key": KEY, "release_key": PUBLIC_KEY}


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"log_level": "DEBUG"}, "NEOSCORE_LOG_LEVEL"),
        ({"kafka_bootstrap_servers": "kafka.bank.example:9092"}, "NEOSCORE_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_bootstrap_servers": "127.0.0.1:9092,10.0.0.7:9092"}, "NEOSCORE_KAFKA_SECURITY_PROTOCOL"),
        ({"database_url": "postgresql+psycopg2://u@db.bank.example/neoscore"}, "NEOSCORE_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg2://u@db.bank.example/neoscore?sslmode=require"}, "NEOSCORE_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg2:///neoscore?host=db.bank.example"}, "NEOSCORE_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg2://u@127.0.0.1/neoscore?hostaddr=10.0.0.7"}, "parameter hostaddr"),
        ({"database_url": "postgresql+psycopg2://u@127.0.0.1/neoscore?service=other"}, "parameter service"),
        ({"database_url": "postgresql+psycopg2://u@127.0.0.1/neoscore?options="}, "parameter options"),
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


@pytest.mark.parametrize("variable", ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS"])
def test_production_refuses_variables_that_lead_the_database_elsewhere(monkeypatch, variable):
    monkeypatch.setenv(variable, "elsewhere")
    assert Settings()
    with pytest.raises(ValidationError, match=f"{variable} must not be set"):
        Settings(**PRODUCTION)


@pytest.mark.parametrize(
    ("name", "bound", "beyond"),
    [
        ("result_ttl_seconds", 300, 301),
        ("seal_key_rotation_seconds", 300, 301),
        ("session_idle_minutes", 60, 61),
        ("retention_seconds", 300, 301),
    ],
)
def test_production_refuses_lifetimes_that_break_the_promise(name, bound, beyond):
    assert Settings(**PRODUCTION, **{name: bound})
    with pytest.raises(ValidationError, match=rf"(?i){name}"):
        Settings(**PRODUCTION, **{name: beyond})


WEAK = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "changemechangemechangemechangeme", "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyzabcdef", "passwordpasswordpasswordpassword"]  # fmt: skip


@pytest.mark.parametrize("key", WEAK)
@pytest.mark.parametrize("name", ["pseudonym_key", "new_pseudonym_key", "seal_key"])
def test_production_refuses_a_key_that_could_be_guessed_and_does_not_show_it(name, key):
    assert Settings(**{name: key})
    with pytest.raises(ValidationError, match=f"NEOSCORE_{name.upper()} could be guessed") as caught:
        Settings(**{**PRODUCTION, name: key})
    assert key not in str(caught.value)


@given(st.binary(min_size=32, max_size=48))
def test_a_random_key_is_taken(key):
    assume(len(set(key)) >= 16)  # chance repeats no more than that
    assert not is_guessable(base64.b64encode(key).decode())


def test_two_keys_must_differ():
    with pytest.raises(ValidationError, match="NEOSCORE_PSEUDONYM_KEY and NEOSCORE_SEAL_KEY must differ"):
        Settings(**{**PRODUCTION, "pseudonym_key": SEAL_KEY, "seal_key": SEAL_KEY})


SEAL_KEY = "tGq2Yw0xBz7cN5uPf8LhRk3JvXs9DaEm"


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text(f"{SEAL_KEY}\n")
    path.chmod(0o600)
    return path


SECRETS = [name for name, field in Settings.model_fields.items() if is_secret(name, field)]


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_can_come_from_a_file(monkeypatch, secret_file, name):
    monkeypatch.setenv(f"NEOSCORE_{name.upper()}_FILE", str(secret_file))
    read = getattr(Settings(), name)
    assert (read if isinstance(read, str) else read.get_secret_value()) == SEAL_KEY


def test_the_secrets_are_these():
    assert set(SECRETS) >= {"database_url", "kafka_password", "oidc_client_secret", "pseudonym_key", "seal_key"}


def test_a_secret_comes_from_one_place(monkeypatch, secret_file):
    monkeypatch.setenv("NEOSCORE_SEAL_KEY_FILE", str(secret_file))
    monkeypatch.setenv("NEOSCORE_SEAL_KEY", SEAL_KEY)
    with pytest.raises(ValidationError, match="set NEOSCORE_SEAL_KEY or NEOSCORE_SEAL_KEY_FILE, not both"):
        Settings()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "NEOSCORE_SEAL_KEY must not be empty"), (b" \n", "NEOSCORE_SEAL_KEY must not be empty"),
     (b"\xff\xfe", "NEOSCORE_SEAL_KEY_FILE: .* is not UTF-8"), (b"x" * 70_000, "more than 65536 bytes"),
     (None, r"cannot be read \(No such file or directory\)")],
)  # fmt: skip
def test_a_file_that_holds_no_secret_is_named(monkeypatch, tmp_path, content, said):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("NEOSCORE_SEAL_KEY_FILE", str(path))
    with pytest.raises(ValidationError, match=said):
        Settings()


def test_an_empty_name_of_a_file_is_refused(monkeypatch):
    monkeypatch.setenv("NEOSCORE_SEAL_KEY_FILE", " ")
    with pytest.raises(ValidationError, match="NEOSCORE_SEAL_KEY_FILE must not be empty"):
        Settings()


def test_production_refuses_a_secret_that_every_user_can_read(monkeypatch, secret_file):
    monkeypatch.setenv("NEOSCORE_SEAL_KEY_FILE", str(secret_file))
    assert Settings(**PRODUCTION)
    secret_file.chmod(0o604)
    assert Settings()
    with pytest.raises(ValidationError, match="NEOSCORE_SEAL_KEY_FILE: every user of this machine can read"):
        Settings(**PRODUCTION)


def test_nor_a_certificates_key(secret_file):
    secret_file.chmod(0o644)
    with pytest.raises(ValidationError, match="NEOSCORE_TLS_KEY: every user"):
        Settings(**PRODUCTION, tls_cert=secret_file, tls_key=secret_file)


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        ("room 12, 01 23 45 67 89", "room 12, 01 23 45 67 89", "room 12, 01 23 45 67 89"),
        ('{"fr": "bureau 12", "en": "room 12"}', "bureau 12", "room 12"),
        ('{"de": "Zimmer 12"}', "Zimmer 12", "Zimmer 12"),
    ],
)
def test_a_text_of_the_letter_is_one_or_one_by_language(monkeypatch, value, fr, en):
    monkeypatch.setenv("NEOSCORE_LETTER_CONTACT", value)

    contact = Settings().letter_contact

    assert contact is not None
    assert (contact["fr"], contact["en"]) == (fr, en)


@pytest.mark.parametrize("value", ["{", '{"fr": ""}', "{}", '{"fr": 3}', '{"not a tag": "x"}'])
def test_a_text_of_the_letter_that_cannot_be_read_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("NEOSCORE_LETTER_CONTACT", value)

    with pytest.raises(ValidationError, match="letter_contact"):
        Settings()
