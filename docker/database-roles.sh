#!/bin/sh
# Runs once, when the database is created: dashboard and gateway log in as users of their own, who may read clients and
# models, append to the access log and show it to auditors; the gateway may also change clients. Nothing more. `neoscore db migrate` grants the roles their
# rights.
set -eu

psql --set ON_ERROR_STOP=1 --set dashboard="$DASHBOARD_PASSWORD" --set gateway="$GATEWAY_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE neoscore_read NOLOGIN;
CREATE ROLE neoscore_append NOLOGIN;
CREATE ROLE neoscore_service NOLOGIN;
CREATE ROLE neoscore_audit NOLOGIN;
CREATE ROLE neoscore_clients NOLOGIN;
CREATE ROLE neoscore_dashboard LOGIN PASSWORD :'dashboard' IN ROLE neoscore_append, neoscore_audit;
CREATE ROLE neoscore_gateway LOGIN PASSWORD :'gateway'
  IN ROLE neoscore_service, neoscore_audit, neoscore_clients;
SQL
