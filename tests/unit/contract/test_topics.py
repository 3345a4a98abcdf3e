import pytest

from contract.retention import DEFAULT_RETENTION, Retention
from contract.settings import Settings
from contract.topics import TOPIC_CONFIG, TOPICS, TopicCheckStatus, base_name, check_topics, topic_config

SAFE = {spec.name: dict(TOPIC_CONFIG) for spec in TOPICS}


def with_setting(name: str, value: str) -> dict[str, dict[str, str]]:
    topic = TOPICS[0].name
    return SAFE | {topic: {**SAFE[topic], name: value}}


def test_topics_as_we_create_them_are_safe():
    assert check_topics(SAFE, DEFAULT_RETENTION).status is TopicCheckStatus.SAFE


def test_shorter_retention_is_safe():
    assert check_topics(with_setting("retention.ms", "5000"), DEFAULT_RETENTION).status is TopicCheckStatus.SAFE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup.policy", "compact"),
        ("cleanup.policy", "compact,delete"),
        ("retention.ms", "-1"),
        ("retention.ms", "600000"),
        ("retention.ms", "soon"),
        ("segment.ms", "604800000"),
        ("message.timestamp.type", "CreateTime"),
    ],
)
def test_an_unsafe_setting_is_named_with_its_remedy(name, value):
    report = check_topics(with_setting(name, value), DEFAULT_RETENTION)
    assert report.status is TopicCheckStatus.UNSAFE
    (finding,) = report.findings
    assert finding.topic == TOPICS[0].name
    assert f"set {name}={TOPIC_CONFIG[name]}" in str(finding)


def test_the_retention_of_the_installation_decides() -> None:
    topics = {spec.name: topic_config(Retention(120)) for spec in TOPICS}
    assert check_topics(topics, Retention(120)).status is TopicCheckStatus.SAFE
    report = check_topics(topics, DEFAULT_RETENTION)
    assert report.status is TopicCheckStatus.UNSAFE
    assert len(report.findings) == 2 * len(TOPICS)


def test_a_missing_topic_is_unsafe():
    report = check_topics({**SAFE, TOPICS[1].name: None}, DEFAULT_RETENTION)
    assert report.status is TopicCheckStatus.UNSAFE
    assert "neoscore topics apply" in str(report.findings[0])


def test_a_broker_that_tells_nothing_cannot_be_verified():
    assert check_topics({spec.name: {} for spec in TOPICS}, DEFAULT_RETENTION).status is TopicCheckStatus.UNVERIFIABLE


def test_topics_of_an_installation_begin_with_its_prefix():
    names = [spec.name for spec in Settings(topic_prefix="bank-a.").topics()]
    assert names == [f"bank-a.{spec.name}" for spec in TOPICS]
    assert [spec.name for spec in Settings().topics()] == [spec.name for spec in TOPICS]


@pytest.mark.parametrize("prefix", ["", "bank-a.", "score.", "score.requests.", "score.sealing-keys-"])
def test_a_topic_is_recognised_whatever_its_prefix(prefix):
    for spec in TOPICS:
        assert base_name(prefix + spec.name) == spec.name


def test_another_systems_topic_is_not_recognised():
    with pytest.raises(ValueError, match="payments is not a topic of NeoScore"):
        base_name("payments")


def test_a_missing_topic_is_named_as_the_broker_would_name_it():
    report = check_topics({"bank-a.score.requests": None}, DEFAULT_RETENTION)
    assert str(report.findings[0]).startswith("bank-a.score.requests: the topic does not exist")
    assert "NEOSCORE_TOPIC_PREFIX" in str(report.findings[0])
