"""The registry records every training, import and activation of a model; the active one is the one activated last."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# What was active before has no event; the registration of the version is the best that is known about it.
KEEP_ACTIVE = """
INSERT INTO model_events (version, kind, at, who)
SELECT version, 'activated', registered_at, 'unknown' FROM models WHERE active
"""


def upgrade() -> None:
    """Create the table, carry over which version is active, and drop the column that said so."""
    text = sa.Text
    op.create_table(
        "model_events",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("version", text, sa.ForeignKey("models.version"), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("who", text, nullable=False),
        *(
            sa.Column(name, text, server_default=sa.text("''"), nullable=False)
            for name in ("data", "data_digest", "result")
        ),
        sa.CheckConstraint("kind IN ('trained', 'imported', 'found', 'activated')", name="model_events_kind"),
    )
    op.execute(KEEP_ACTIVE)
    op.drop_index("models_one_active", "models")
    op.drop_column("models", "active")
    op.execute("GRANT SELECT ON model_events TO neoscore_read, neoscore_append")


def downgrade() -> None:
    """Refuse: it would delete the history of models."""
    raise RuntimeError("the registry of models must not be deleted; drop the database by hand instead")
