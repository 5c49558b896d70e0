#!/usr/bin/env bash
# Prints the folder of a PostgreSQL server that is new enough (15), looked for where helpdesk looks; else fails.
set -euo pipefail
folders() {
  if [[ -n ${PG_BIN_DIR:-} ]]; then
    echo "$PG_BIN_DIR"
    return
  fi
  pg_config --bindir 2>/dev/null || true
  printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV
  printf '%s\n' {/opt/homebrew,/usr/local,/home/linuxbrew/.linuxbrew}/opt/postgresql{@*,}/bin | sort -rV
  tr : '\n' <<<"$PATH"
}
usable() {
  [[ -x $1/initdb && -x $1/postgres && -x $1/pg_ctl ]] &&
    [[ $("$1/postgres" --version) =~ \(PostgreSQL\)\ ([0-9]+) ]] && ((BASH_REMATCH[1] >= 15))
}
while IFS= read -r folder; do
  if usable "$folder"; then
    echo "$folder"
    exit 0
  fi
done < <(folders)
exit 1
