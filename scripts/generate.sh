#!/usr/bin/env bash
# Writes every generated file. DATABASE_ADMIN_URL and DATABASE_URL as in dev-db.sh, which runs first.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/dev-db.sh
cargo sqlx prepare --workspace -- --all-targets
scripts/schema.sh > schema.sql
cargo run --quiet --bin helpdesk -- openapi > openapi.json
mkdir -p docs/generated
cargo run --quiet --bin helpdesk -- openapi --permissions > docs/generated/permissions.txt
if [[ -d web/node_modules ]]; then (cd web && npm run --silent api >/dev/null); fi
