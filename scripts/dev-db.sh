#!/usr/bin/env bash
# Makes the database that the checked queries are compiled against: helpdesk_dev, empty, with today's schema.
# DATABASE_ADMIN_URL names a superuser's connection to the server.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DATABASE_ADMIN_URL:?names a superuser connection, as in postgres://postgres@localhost/postgres?host=/socket/folder}"
name=${1:-helpdesk_dev}
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$@"; }
run "$DATABASE_ADMIN_URL" -c "set client_min_messages = warning" -c "drop database if exists $name with (force)" -c "create database $name"
target=${DATABASE_ADMIN_URL/\/postgres\?//$name?}
export PGOPTIONS='-c client_min_messages=warning'
run "$target" -f replaceable/platform/010_schemas.sql
{ echo 'set search_path = platform;'; cat migrations/platform/*.sql; echo 'create table platform._sqlx_migrations (version bigint primary key);'; } | run "$target"
run "$target" -f replaceable/platform/020_functions.sql
{ echo 'set search_path = shared;'; cat migrations/tenant/*.sql; } | run "$target"
for file in replaceable/tenant/*.sql; do sed 's/{schema}/shared/g' "$file" | run "$target"; done
