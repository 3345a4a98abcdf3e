"""What grows with size: workers, rows of a portfolio, clients in the database, trees of the model."""

from collections.abc import Callable
from typing import Any

from benchmarks import clients, model_size, portfolio
from benchmarks.load_generator import MissingRepliesError
from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs, running_broker, running_database
from db.engine import open_engine
from stack.errors import StackError
from stack.local.service import LocalService


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Measure all of it. A part that cannot be measured says why; what was measured before it counts."""
    result: dict[str, Any] = {"bundles": model_size.run(inputs, profile)}

    def measure(name: str, part: Callable[[], Any]) -> None:
        try:
            result[name] = part()
        except (StackError, MissingRepliesError) as error:
            result.setdefault("skipped", f"{name}: {error}")

    def with_database() -> Any:
        with running_database() as database:
            found = _clients(database, inputs, profile)
            measure("portfolio", lambda: _portfolio(database, inputs, profile))
            return found

    measure("clients", with_database)
    return result


def _clients(database: LocalService, inputs: BenchmarkInputs, profile: BenchmarkProfile) -> Any:
    engine = open_engine(database.address)
    try:
        return clients.run(engine, inputs.dataset, profile)
    finally:
        engine.dispose()


def _portfolio(database: LocalService, inputs: BenchmarkInputs, profile: BenchmarkProfile) -> Any:
    with running_broker("apache") as (config, broker):
        return portfolio.run(config, broker, database, inputs, profile)
