"""The four tables, the access log's chain, and the two roles that services use."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

COUNTS = ("requested", "scored", "rejected", "expired", "failed")

# Numbers, times and the chain are the database's: no caller can choose them. The lock lasts until the transaction
# ends, so each entry sees the one before it, committed; SECURITY DEFINER lets a role append that may not read.
# Each field goes into the hash with its length in bytes, so that no two entries have the same text.
CHAIN = r"""
CREATE FUNCTION access_log_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE last record;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    SELECT id, hash INTO last FROM {schema}.access_log ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.previous_hash := coalesce(last.hash, repeat('0', 64));
    SELECT encode(sha256(string_agg(convert_to(octet_length(bytes) || ':', 'UTF8') || bytes, '' ORDER BY place)), 'hex')
    INTO NEW.hash
    FROM unnest(ARRAY[
        NEW.previous_hash,
        NEW.id::text,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        NEW.who, NEW.client_ref, NEW.purpose, NEW.outcome
    ]) WITH ORDINALITY AS entry(field, place), convert_to(field, 'UTF8') AS bytes;
    RETURN NEW;
END $$
"""

REFUSE = """
CREATE FUNCTION access_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log can only be appended to' USING ERRCODE = 'insufficient_privilege';
END $$
"""

CREATE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

ACCESS_LOG_LOCK = 7_368_101
"""Key of the advisory lock that puts the access log's writers in line; any number that nothing else uses."""


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute(CHAIN.format(schema=schema, lock=ACCESS_LOG_LOCK))
    op.execute(REFUSE)
    op.execute("CREATE TRIGGER append BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION access_log_append()")
    op.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse()"
    )
    _grant(schema)


def downgrade() -> None:
    """Refuse: it would delete the access log."""
    raise RuntimeError("the access log must not be deleted; drop the database by hand instead")


def _create_tables() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    text = sa.Text
    op.create_table(
        "clients",
        sa.Column("client_ref", sa.Text(collation="C"), primary_key=True),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("updated_at", moment, server_default=sa.func.now(), nullable=False),
    )
    op.create_table(
        "models",
        sa.Column("version", text, primary_key=True),
        sa.Column("name", text, nullable=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("registered_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.false(), nullable=False),
    )
    op.create_index("models_one_active", "models", ["active"], unique=True, postgresql_where=sa.text("active"))
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", moment, nullable=False),
        *(
            sa.Column(name, text, nullable=False)
            for name in ("who", "client_ref", "purpose", "outcome", "previous_hash", "hash")
        ),
        # A word without digits: no number, so no score, can be written there.
        sa.CheckConstraint("outcome ~ '^[a-z][a-z_]{0,31}$'", name="access_log_outcome"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", text, primary_key=True),
        sa.Column("started_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("finished_at", moment),
        *(sa.Column(name, sa.Integer, server_default=sa.text("0"), nullable=False) for name in COUNTS),
        sa.Column("status", text, server_default=sa.text("'running'"), nullable=False),
        sa.CheckConstraint("status IN ('running', 'finished', 'aborted')", name="batches_status"),
    )


def _grant(schema: str) -> None:
    for role in ("neoscore_read", "neoscore_append"):
        op.execute(CREATE_ROLE.format(role=role))
        op.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        op.execute(f"GRANT SELECT ON clients, models TO {role}")
    op.execute("GRANT INSERT (who, client_ref, purpose, outcome) ON access_log TO neoscore_append")
    op.execute("GRANT SELECT, INSERT (batch_id, requested) ON batches TO neoscore_append")
    counters = ", ".join((*COUNTS, "finished_at", "status"))
    op.execute(f"GRANT UPDATE ({counters}) ON batches TO neoscore_append")
