"""The environment of a service: only variables that it accepts."""

from contract.settings import Settings
from stack.workers import service_environment


def test_without_a_topic_prefix_no_service_gets_a_blank_variable(monkeypatch):
    monkeypatch.delenv("NEOSCORE_TOPIC_PREFIX", raising=False)
    config = Settings()
    monkeypatch.setenv("NEOSCORE_TOPIC_PREFIX", "of-another-installation.")
    assert "NEOSCORE_TOPIC_PREFIX" not in service_environment(config)


def test_a_topic_prefix_reaches_the_service(monkeypatch):
    monkeypatch.delenv("NEOSCORE_TOPIC_PREFIX", raising=False)
    assert service_environment(Settings(topic_prefix="bank-a."))["NEOSCORE_TOPIC_PREFIX"] == "bank-a."
