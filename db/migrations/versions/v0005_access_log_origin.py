"""Entries of the access log say by which login, from where and why, which model judged, and what a list showed."""

import sqlalchemy as sa
from alembic import op

from db.migrations.versions.v0001_initial_schema import CREATE_ROLE

revision = "0005"
down_revision = "0004"

COLUMNS = (
    *("login", "request_id", "address", "business_purpose"),
    *("model_version", "model_digest", "features", "row_count", "shown"),
)

CHECKS = {
    "access_log_request_id": "request_id ~ '^([A-Za-z0-9._:-]{1,64})?$'",
    "access_log_address": "address ~ '^([0-9a-f]{32})?$'",
    "access_log_business_purpose": "business_purpose ~ '^([a-z][a-z_]{0,31})?$'",
    "access_log_model": "model_digest ~ '^([0-9a-f]{64})?$' AND (model_version = '') = (model_digest = '')",
    "access_log_row_count": "row_count >= 0",
    "access_log_shown": "shown ~ '^[A-Za-z0-9+/]*={0,2}$'",
}

# What a program writes for the login is ignored, as for number, time and hashes: it is the one that it proved to the
# server. `current_user` is the owner here, who may write everything, as may a superuser. Only the owner may touch the
# table that is locked, so nobody but a writer in this function can hold the others up, and they wait for two seconds.
# Each field goes into the hash with its length in bytes, so that no two entries have the same text. Entries from
# before have no login, and their hash covers fewer fields.
APPEND = r"""
CREATE OR REPLACE FUNCTION access_log_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE last record;
BEGIN
    IF NEW.role = '' THEN
        RAISE EXCEPTION 'an entry of the access log needs a role' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 'purpose', NEW.purpose UNION SELECT 'outcome', NEW.outcome
        UNION SELECT 'role', word FROM unnest(string_to_array(NEW.role, ',')) AS word
        EXCEPT SELECT field, word FROM {schema}.access_log_words
    ) THEN
        RAISE EXCEPTION 'not a word of the access log''s vocabulary' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.role NOT IN ('service', 'none') AND NOT (
        pg_has_role(session_user, 'neoscore_append', 'MEMBER') OR pg_has_role(session_user, current_user, 'MEMBER')
    ) THEN
        RAISE EXCEPTION 'this login writes for programs only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOCK TABLE {schema}.access_log_writer IN EXCLUSIVE MODE;
    SELECT id, hash INTO last FROM {schema}.access_log ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.login := session_user;
    NEW.previous_hash := coalesce(last.hash, repeat('0', 64));
    SELECT encode(sha256(string_agg(convert_to(octet_length(bytes) || ':', 'UTF8') || bytes, '' ORDER BY place)), 'hex')
    INTO NEW.hash
    FROM unnest(ARRAY[
        NEW.previous_hash,
        NEW.id::text,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        NEW.actor, NEW.role, NEW.client_ref, NEW.purpose, NEW.outcome,
        NEW.login, NEW.request_id, NEW.address, NEW.business_purpose, NEW.model_version, NEW.model_digest,
        coalesce(NEW.row_count::text, ''), NEW.shown,
        cardinality(NEW.features)::text
    ] || NEW.features) WITH ORDINALITY AS entry(field, place), convert_to(field, 'UTF8') AS bytes;
    RETURN NEW;
END $$
"""

REFUSE = """
CREATE OR REPLACE FUNCTION access_log_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the access log can only be appended to' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    """Add the columns, the vocabulary and the writers' lock, and let nobody call the functions."""
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.alter_column("access_log", "who", new_column_name="actor")
    op.alter_column("model_events", "who", new_column_name="actor")
    for name in COLUMNS:
        op.add_column("access_log", _column(name))
    for name, check in CHECKS.items():
        op.create_check_constraint(name, "access_log", check)
    op.create_table(
        "access_log_words",
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("word", sa.Text, primary_key=True),
    )
    op.create_table("access_log_writer")
    op.execute(APPEND.format(schema=schema))
    op.execute(REFUSE)
    for function in ("access_log_append", "access_log_refuse"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function}() FROM PUBLIC")
    _grant(schema)


def downgrade() -> None:
    """Refuse: it would take from entries what their hash covers."""
    raise RuntimeError("fields of the access log must not be deleted; drop the database by hand instead")


def _column(name: str) -> sa.Column[object]:
    match name:
        case "row_count":
            return sa.Column(name, sa.Integer)
        case "features":
            return sa.Column(name, sa.ARRAY(sa.Text), nullable=False, server_default="{}")
        case _:
            return sa.Column(name, sa.Text, nullable=False, server_default="")


def _grant(schema: str) -> None:
    given = ", ".join(name for name in COLUMNS if name != "login")
    op.execute(f"GRANT INSERT ({given}) ON access_log TO neoscore_append")
    op.execute(CREATE_ROLE.format(role="neoscore_service"))
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO neoscore_service")
    op.execute("GRANT SELECT ON clients, models, model_events TO neoscore_service")
    op.execute(f"GRANT INSERT (actor, role, client_ref, purpose, outcome, {given}) ON access_log TO neoscore_service")
    op.execute("GRANT SELECT, INSERT (batch_id, requested) ON batches TO neoscore_service")
    counts = "requested, scored, rejected, expired, failed, finished_at, status"
    op.execute(f"GRANT UPDATE ({counts}) ON batches TO neoscore_service")
