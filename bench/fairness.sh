#!/usr/bin/env bash
# Starts `helpdesk serve --demo` in a folder of its own and measures what one organization waits while another floods it.
# bench/fairness.sh [arguments of bench/fairness.rs]; RATE_LIMIT_ORGANIZATION and so on count as for the server.
# PROFILE is a profile of cargo, fast unless told.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-fast}
cargo build --quiet --locked --profile "$profile" --bin helpdesk --example fairness
folder=$(mktemp -d /tmp/helpdesk-bench.XXXXXX)
built=${CARGO_TARGET_DIR:-target}/${profile/dev/debug}
env -u DATABASE_URL DATA_DIR="$folder/data" BIND=127.0.0.1:0 METRICS_BIND=off LOG=error \
  "$built/helpdesk" serve --demo >"$folder/greeting" 2>"$folder/log" &
server=$!
finish() {
  kill "$server" 2>/dev/null && wait "$server" || true
  DATA_DIR="$folder/data" scripts/clean-data.sh >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT
until grep -q '@' "$folder/greeting"; do # as soon as the demo is loaded
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.2
done
"$built/examples/fairness" "$folder/greeting" --limit "${RATE_LIMIT_ORGANIZATION:-500}" "$@"
