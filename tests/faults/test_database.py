"""PostgreSQL away: scores still come over Kafka, and whoever needs the database is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from contract.messages import Scored
from producers.client import ScoreClient
from stack.errors import MissingDependencyError
from stack.local.postgres import start_postgres
from stack.workers import service_environment
from tests.faults.crew import Crew
from tests.support.tiny_model import draw_features

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.slow]


def test_a_database_that_is_away_stops_no_score(crew: Crew, tmp_path: Path) -> None:
    crew.muster(1)
    try:
        database = start_postgres(tmp_path / "postgres.log", 0)
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    with ScoreClient(crew.config, "/test") as client:
        features = draw_features(20, seed=35)
        before = [client.score(f"d{i}", row) for i, row in enumerate(features)]
        database.stop()
        after = [client.score(f"e{i}", row) for i, row in enumerate(features)]
    assert all(isinstance(answer, Scored) for answer in after)
    assert [answer.probability for answer in after] == [answer.probability for answer in before]
    config = crew.config.model_copy(update={"database_url": database.address})
    done = subprocess.run(
        [sys.executable, "-m", "stack.cli", "score-portfolio"],
        env=service_environment(config, NEOSCORE_MODEL=str(crew.bundle.path)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "PostgreSQL does not respond" in done.stderr
    assert "NEOSCORE_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
