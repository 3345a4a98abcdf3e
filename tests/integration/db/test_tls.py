"""PostgreSQL over TLS, its certificate verified; and what is refused there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text

from db.engine import connect, open_engine
from db.errors import DatabaseUnavailableError
from stack.local.ports import HOST
from tests.support.certificates import Certificate, issue
from tests.support.tls_proxy import tls_proxy


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue(tmp_path_factory.mktemp("certificates") / "server", HOST)


@pytest.fixture(scope="module")
def guarded(shown: Certificate, database_url: str) -> Iterator[URL]:
    """Address of a server that lets nobody in without TLS."""
    address = make_url(database_url)
    with tls_proxy(address.port, shown) as port:
        yield address.set(port=port)


def with_mode(address: URL, mode: str, authority: Path) -> URL:
    return address.update_query_dict({"sslmode": mode, "sslrootcert": str(authority)})


def test_a_verified_server_is_spoken_to(guarded, shown):
    engine = open_engine(with_mode(guarded, "verify-full", shown.authority))
    with connect(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM clients")).scalar_one() >= 0
        assert connection.connection.dbapi_connection.info.ssl_attribute("protocol") in ("TLSv1.2", "TLSv1.3")
    engine.dispose()


def test_who_does_not_fit_is_refused_in_a_sentence(guarded, shown, tmp_path):
    stranger = issue(tmp_path / "stranger", HOST).authority
    refused = {
        "another authority": with_mode(guarded, "verify-full", stranger),
        "another name": with_mode(guarded, "verify-full", shown.authority).set(host="localhost"),
        "no encryption": with_mode(guarded, "disable", shown.authority),
    }
    for case, address in refused.items():
        engine = open_engine(address)
        with pytest.raises(DatabaseUnavailableError, match="PostgreSQL does not respond") as said, connect(engine):
            raise AssertionError(case)
        assert str(guarded.password) not in str(said.value)
