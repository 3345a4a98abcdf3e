"""A role that may change clients, for the gateway."""

import sqlalchemy as sa
from alembic import op

from db.migrations.versions.v0001_initial_schema import CREATE_ROLE

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the role and grant it the rights."""
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute(CREATE_ROLE.format(role="neoscore_clients"))
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO neoscore_clients")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON clients TO neoscore_clients")


def downgrade() -> None:
    """Take the rights away; the role may have members."""
    op.execute("REVOKE ALL ON clients FROM neoscore_clients")
