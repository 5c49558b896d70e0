#!/usr/bin/env bash
# Removes a data folder ($DATA_DIR, else ./data) with its database, unless they are in use.
set -euo pipefail
data=${DATA_DIR:-$(dirname "$0")/../data}
[[ -d $data ]] || exit 0
data=$(cd "$data" && pwd -P)
[[ -e $data/lock ]] || { echo "$data is not a data folder of helpdesk." >&2 && exit 1; }
cluster=$(cat "$data/cluster" 2>/dev/null || echo postgres)
[[ $cluster == /* ]] || cluster=$data/$cluster
pid=$(head -n 1 "$cluster/postmaster.pid" 2>/dev/null || true)
if [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null; then
  echo "$data is in use (PostgreSQL is process $pid): stop helpdesk first." >&2
  exit 1
fi
# Beside the data folder when the server's user could not reach it; the cluster has that place to itself.
if [[ $cluster == /var/lib/helpdesk/*/postgres ]]; then rm -rf "${cluster%/postgres}"; fi
rm -rf "$data"
echo "Removed $data"
