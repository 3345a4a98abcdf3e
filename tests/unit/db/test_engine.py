"""Addresses and errors, without a server."""

import pytest

from db.clients import find_client
from db.engine import open_engine
from db.errors import DatabaseUnavailableError


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:hunter2@h/d", "postgresql://u:hunter2@h:port/d", "x://hunter2"]
)
def test_an_address_that_cannot_be_read_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailableError) as caught:
        open_engine(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "postgresql+psycopg2://" in str(caught.value)


@pytest.mark.parametrize("place", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_does_not_answer_is_one_sentence_without_the_password(place: str) -> None:
    engine = open_engine(f"postgresql+psycopg2://somebody:hunter2@{place}/bank")
    with pytest.raises(DatabaseUnavailableError) as caught:
        find_client(engine, "some-client")
    sentence = str(caught.value)
    assert place in sentence
    assert "NEOSCORE_DATABASE_URL" in sentence
    for secret in ("hunter2", "some-client", "\n"):
        assert secret not in sentence
