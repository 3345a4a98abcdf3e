"""The access log tells in which role somebody acted, and auditors get a role that reads it and nothing else."""

import sqlalchemy as sa
from alembic import op

from db.migrations.versions.v0001_initial_schema import ACCESS_LOG_LOCK, CREATE_ROLE

revision = "0002"
down_revision = "0001"

# As before, with one field more. Entries from before have no role, and their hash covers seven fields: a field's length
# stands before it, so seven fields are never read as eight. New ones must have a role, so all of them have eight.
CHAIN = r"""
CREATE OR REPLACE FUNCTION access_log_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE last record;
BEGIN
    IF NEW.role = '' THEN
        RAISE EXCEPTION 'an entry of the access log needs a role' USING ERRCODE = 'check_violation';
    END IF;
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
        NEW.who, NEW.role, NEW.client_ref, NEW.purpose, NEW.outcome
    ]) WITH ORDINALITY AS entry(field, place), convert_to(field, 'UTF8') AS bytes;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the column, teach the chain about it, and let auditors read."""
    op.add_column("access_log", sa.Column("role", sa.Text, nullable=False, server_default=""))
    op.create_check_constraint("access_log_role", "access_log", "role ~ '^([a-z][a-z_,]{0,63})?$'")
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute(CHAIN.format(schema=schema, lock=ACCESS_LOG_LOCK))
    op.execute("GRANT INSERT (role) ON access_log TO neoscore_append")
    op.execute(CREATE_ROLE.format(role="neoscore_audit"))
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO neoscore_audit")
    op.execute("GRANT SELECT ON access_log TO neoscore_audit")


def downgrade() -> None:
    """Refuse: it would take from entries what their hash covers."""
    raise RuntimeError("the access log's roles must not be deleted; drop the database by hand instead")
