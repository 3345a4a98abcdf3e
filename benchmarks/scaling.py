"""What grows with size: workers, rows of a portfolio, clients in the database, trees of the model."""

from typing import Any

from benchmarks import bundles, clients, portfolio
from benchmarks.site import Material, running_broker, running_database
from benchmarks.sizes import Sizes
from db.session import open_engine
from stack.errors import StackError


def run(material: Material, sizes: Sizes) -> dict[str, Any]:
    """Measure all of it; the parts that need a broker or a database say so when there is none."""
    return {"bundles": bundles.run(material, sizes), **_with_parts(material, sizes)}


def _with_parts(material: Material, sizes: Sizes) -> dict[str, Any]:
    try:
        with running_database() as database:
            engine = open_engine(database.address)
            try:
                searched = clients.run(engine, material.dataset, sizes)
            finally:
                engine.dispose()
            with running_broker("apache") as (config, broker):
                return {"clients": searched, "portfolio": portfolio.run(config, broker, database, material, sizes)}
    except StackError as error:
        return {"skipped": str(error)}
