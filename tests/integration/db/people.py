"""Made-up clients for the schema of tests.unit.db.schema."""

import random
from typing import Any

from sqlalchemy import Engine, text

from tests.unit.db.schema import SCHEMA

Values = dict[str, Any]


def people(n: int, seed: int = 1) -> dict[str, Values]:
    """Return n clients with ties and missing values in every feature."""
    draw = random.Random(seed)

    def value(name: str) -> Any:
        if draw.random() < 0.2:
            return None
        if name == "SEX":
            return draw.choice(["1", "2", "é"])
        return draw.choice([0, 1, 18, 30, 30.5, -1, 1e6, draw.randrange(100)])

    return {f"{draw.getrandbits(64):016x}": {name: value(name) for name in SCHEMA.by_name} for _ in range(n)}


def insert_many(engine: Engine, n: int) -> None:
    """Add n wide clients, made by the server."""
    numbers = ", ".join(f"'{name}', i % 1000" for name in SCHEMA.by_name if name != "SEX")
    statement = f"""
        INSERT INTO clients (client_ref, attributes)
        SELECT md5(i::text), jsonb_build_object({numbers}, 'SEX', '1', 'padding', repeat('x', 400))
        FROM generate_series(1, {n}) AS i"""
    with engine.begin() as connection:
        connection.execute(text(statement))
