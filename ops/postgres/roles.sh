#!/bin/sh
# Run once by PostgreSQL's image, on an empty volume: four roles, of which none knows another's password.
#
# `hocba` owns the tables and is used by `migrate` alone. `hocba_api` and `hocba_worker` may connect; what they may do
# with which table is said by the migrations. Temporal's role makes its own two databases.
set -eu
export SECRETS="${SECRETS:-/run/secrets}"
# psql reads the passwords itself: what stands on a command line can be read by every account.
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'END'
\set owner `cat "$SECRETS/hocba_password"`
\set api `cat "$SECRETS/hocba_api_password"`
\set worker `cat "$SECRETS/hocba_worker_password"`
\set temporal `cat "$SECRETS/temporal_password"`
SET log_statement = 'none';
CREATE ROLE hocba LOGIN PASSWORD :'owner';
CREATE ROLE hocba_api LOGIN PASSWORD :'api';
CREATE ROLE hocba_worker LOGIN PASSWORD :'worker';
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal';
CREATE DATABASE hocba OWNER hocba TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE hocba FROM PUBLIC;
GRANT CONNECT ON DATABASE hocba TO hocba_api, hocba_worker;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO temporal;
END
