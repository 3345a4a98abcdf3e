"""What grows with size: workers, rows of a portfolio, clients in the database, trees of the model."""

from collections.abc import Callable
from typing import Any

from benchmarks import bundles, clients, portfolio
from benchmarks.load import Unanswered
from benchmarks.site import Material, running_broker, running_database
from benchmarks.sizes import Sizes
from db.engine import open_engine
from stack.errors import StackError
from stack.local.part import Part


def run(material: Material, sizes: Sizes) -> dict[str, Any]:
    """Measure all of it. A part that cannot be measured says why; what was measured before it counts."""
    result: dict[str, Any] = {"bundles": bundles.run(material, sizes)}

    def measure(name: str, part: Callable[[], Any]) -> None:
        try:
            result[name] = part()
        except (StackError, Unanswered) as error:
            result.setdefault("skipped", f"{name}: {error}")

    def with_database() -> Any:
        with running_database() as database:
            found = _clients(database, material, sizes)
            measure("portfolio", lambda: _portfolio(database, material, sizes))
            return found

    measure("clients", with_database)
    return result


def _clients(database: Part, material: Material, sizes: Sizes) -> Any:
    engine = open_engine(database.address)
    try:
        return clients.run(engine, material.dataset, sizes)
    finally:
        engine.dispose()


def _portfolio(database: Part, material: Material, sizes: Sizes) -> Any:
    with running_broker("apache") as (config, broker):
        return portfolio.run(config, broker, database, material, sizes)
