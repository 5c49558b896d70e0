#!/usr/bin/env bash
# Everything that is checked before a change is good, against a throwaway PostgreSQL. `make test` installs the tools first.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${HELPDESK_TOOLS:-$HOME/.cache/helpdesk/tools}/node/bin:$PATH:$HOME/.cargo/bin:${HELPDESK_TOOLS:-$HOME/.cache/helpdesk/tools}/bin"
if [[ ${CI:-} == true ]]; then # a fresh clone each time: keep what was built
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/helpdesk/target} CARGO_TERM_PROGRESS_WHEN=never
fi
pg_bin=$(scripts/pg-bin.sh)
pg_dir=$(mktemp -d /tmp/helpdesk-test.XXXXXX)
current=

step() { # title, command...
  local begin=$SECONDS
  current=$1
  printf '\n=== %s\n' "$current"
  "${@:2}"
  printf '=== %s: %d s\n' "$current" $((SECONDS - begin))
  current=
}

as_postgres() ( # PostgreSQL refuses to run as root
  cd /
  if ((EUID == 0)); then exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else exec "$@"; fi
)

start_postgres() {
  if ((EUID == 0)); then chown postgres:postgres "$pg_dir"; fi
  as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust --no-sync --no-instructions >/dev/null
  as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -w -s \
    -o "-c listen_addresses= -c unix_socket_directories=$pg_dir -c fsync=off -c full_page_writes=off -c max_connections=300" start
  export DATABASE_ADMIN_URL="postgres://postgres@localhost/postgres?host=$pg_dir"
  export DATABASE_URL="postgres://postgres@localhost/helpdesk_dev?host=$pg_dir&options=-csearch_path%3Dshared%2Cplatform%2Cext"
  export TEST_DATABASE_URL=$DATABASE_ADMIN_URL
  scripts/dev-db.sh
}

finish() {
  local status=$?
  if [[ -e $pg_dir/data/postmaster.pid ]]; then
    as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate -s stop || true
  fi
  if ((status != 0)) && [[ -s $pg_dir/log ]]; then grep -E 'PANIC|server process .* was terminated' "$pg_dir/log" >&2 || true; fi
  rm -rf "$pg_dir"
  if ((status != 0)); then printf '\nFAILED%s\n' "${current:+: $current}" >&2; else printf '\nAll checks passed in %d s\n' "$SECONDS"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

generated_files() {
  local bad=0
  compare() { # file, command...
    diff -u "$1" <("${@:2}") || { echo "$1 is out of date: run scripts/generate.sh" >&2; bad=1; }
  }
  compare openapi.json cargo run --quiet --locked --bin helpdesk -- openapi
  compare docs/generated/permissions.txt cargo run --quiet --locked --bin helpdesk -- openapi --permissions
  compare schema.sql scripts/schema.sh
  return $bad
}

against_description() {
  cargo build --quiet --locked --bin helpdesk
  scripts/schemathesis.sh "${CARGO_TARGET_DIR:-target}/debug/helpdesk"
}

dependencies() {
  cargo deny --locked check licenses bans sources
  local crate
  for crate in aws-lc-sys openssl-sys; do # TLS is rustls with ring
    if cargo tree --locked --workspace --target all -i "$crate" 2>/dev/null; then return 1; fi
  done
}

web() ( # a script of web/package.json
  cd web
  npm run --silent "$@"
)

web_schema() {
  web api >/dev/null
  git diff --exit-code -- web/packages/api/src/schema.d.ts || { echo "schema.d.ts is out of date: run npm run api in web/" >&2; return 1; }
}

browser_tests() {
  HELPDESK_BINARY=$(realpath "${CARGO_TARGET_DIR:-target}/debug/helpdesk") web e2e
}

file_lengths() {
  git ls-files -z '*.rs' | xargs -0 awk 'FNR == 601 { print FILENAME " is longer than 600 lines"; bad = 1 } END { exit bad }'
}

step 'Format' cargo fmt --all --check
step 'File lengths' file_lengths
step 'Dependencies' dependencies
step 'The console is built' scripts/console.sh
step 'Lints of the console' web lint
step 'Types of the console' web types
step 'The API in types' web_schema
step 'Tests of the console' web test
step 'Size of the console' web budget
step 'PostgreSQL with the schema' start_postgres
step 'Checked queries are up to date' cargo sqlx prepare --workspace --check -- --all-targets
export SQLX_OFFLINE=true # from here on as in every other build: with .sqlx, which was just checked
step 'Lints' cargo clippy --locked --workspace --all-targets -- -D warnings
step 'Tests, organizations in the shared schema' env HELPDESK_TEST_PLACEMENT=shared cargo test --locked --workspace
step 'Tests, organizations in schemas of their own' env HELPDESK_TEST_PLACEMENT=schema cargo test --locked -p server --test it
step 'Generated files' generated_files
step 'The product against its description' against_description
step 'The console in a browser' browser_tests
