#!/bin/sh
# Temporal's two databases: made where they are missing, else brought up to date.
set -eu
SQL_PASSWORD=$(cat "${SECRETS:-/run/secrets}/temporal_password")
export SQL_PASSWORD
for pair in temporal:temporal temporal_visibility:visibility; do
  tool="temporal-sql-tool --plugin postgres12 --ep postgresql --port 5432 --user temporal --db ${pair%%:*}"
  files=/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned
  # Setting up what is there already would start from version 0 again, so that comes second.
  $tool update-schema --schema-dir "$files" ||
    { $tool create && $tool setup-schema --version 0.0 && $tool update-schema --schema-dir "$files"; }
done
