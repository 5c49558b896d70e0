#!/usr/bin/env bash
# Tries the running product with requests that are made from the description of the API, good and bad ones, and holds
# its answers against it: schemathesis.sh BINARY [DESCRIPTION]. The same requests each time; three minutes at most.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:?names the helpdesk binary}
description=$(realpath "${2:-openapi.json}")
venv=${HELPDESK_TOOLS:-$HOME/.cache/helpdesk/tools}/schemathesis
dir=$(mktemp -d /tmp/helpdesk-schemathesis.XXXXXX)
password='correct horse battery'
server=

finish() {
  local status=$?
  if [[ -n $server ]]; then kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; fi
  if ((status != 0)) && [[ -s $dir/log ]]; then grep -E 'ERROR|panicked' "$dir/log" | tail -n 20 >&2 || true; fi
  DATA_DIR=$dir/data scripts/clean-data.sh >/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

if ! cmp -s scripts/schemathesis.txt "$venv/installed"; then
  echo "Installing schemathesis into $venv (once)"
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r scripts/schemathesis.txt
  cp scripts/schemathesis.txt "$venv/installed"
fi

port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
# With a database of its own, and as often as it likes.
export DATA_DIR=$dir/data BIND=127.0.0.1:$port METRICS_BIND=off BASE_DOMAIN=localhost
export RATE_LIMIT_PERSON=0 RATE_LIMIT_ORGANIZATION=0 RATE_LIMIT_PEER=0
unset DATABASE_URL PUBLIC_URL
helpdesk() { "$binary" "$@" >>"$dir/log" 2>&1; }

helpdesk org create acme --name Acme
helpdesk user create --org acme --email owner@acme.test --name Olga --role owner <<<"$password"
helpdesk operator create --email operator@example.org <<<"$password"
"$binary" serve >>"$dir/log" 2>&1 </dev/null &
server=$!
for _ in {1..300}; do
  if curl -fs "$url/health/" >/dev/null; then break; fi
  kill -0 "$server" || { cat "$dir/log" >&2; exit 1; }
  sleep 0.2
done

sign_in() { # host, path, address
  curl -fsS -H "Host: $1" -H 'Content-Type: application/json' "$url/api/v1/$2/login/" \
    -d "{\"email\": \"$3\", \"password\": \"$password\"}" | "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["access"])'
}

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,negative_data_rejection
still_signed_in() { # host, path, token: else nothing was tried but being nobody
  curl -fsS -o "$dir/me" -H "Host: $1" -H "Authorization: Bearer $3" "$url/api/v1/$2/me/"
}

# One of each kind, so that operations on one thing find it.
prepare() { # host, token
  "$venv/bin/python" - "$url" "$1" "$2" >"$dir/schemathesis.toml" <<'PYTHON'
import sys

import requests

url, host, token = sys.argv[1:]


def ask(method, path, body=None):
    answer = requests.request(method, f"{url}/api/v1/{path}/", json=body, headers={"Host": host, "Authorization": f"Bearer {token}"})
    assert answer.ok, f"{path}: {answer.text}"
    return answer.json()


new = {
    "tickets": {"subject": "One", "customer_email": "cleo@example.org"},
    "customers": {"email": "carl@example.org", "name": "Carl"},
    "users": {"email": "uma@acme.test", "name": "Uma", "role": "agent"},
    "teams": {"name": "Team"},
    "roles": {"name": "Role", "permissions": ["users:read"]},
    "api-keys": {"name": "Key", "scopes": ["tickets:read"]},
}
ids = {kind: ask("POST", kind, body)["id"] for kind, body in new.items()}
ids["messages"] = ask("POST", f"tickets/{ids['tickets']}/messages", {"body": "Hello"})["id"]
for kind in ("sla-policies", "mailboxes", "audit-log"):
    found = ask("GET", kind)["results"]
    assert found, kind
    ids[kind] = found[0]["id"]
for kind, id in ids.items():
    print(f'[[operations]]\ninclude-path-regex = "^/api/v1/{kind}/[{{]id[}}]/"\nparameters = {{ "path.id" = "{id}" }}\n')
PYTHON
}

attempt() { # title, host, token or nothing, most requests of an operation, what to include or exclude...
  printf '\n--- %s\n' "$1"
  local headers=(-H "Host: $2")
  if [[ -n $3 ]]; then headers+=(-H "Authorization: Bearer $3"); fi
  (cd "$dir" && "$venv/bin/schemathesis" --no-color run "$description" --url "$url" "${headers[@]}" --checks "$checks" \
    --phases examples,coverage,fuzzing --max-examples "$4" --seed 1 --generation-deterministic \
    --suppress-health-check all --warnings off --no-shrink "${@:5}")
}

organization=acme.localhost:$port
owner=$(sign_in "$organization" auth owner@acme.test)
prepare "$organization" "$owner"
# What ends the session, or changes the password of the person who asks, would be the last thing that was tried.
ends='auth_(logout|sessions_end|password_change)'
attempt 'Operations of organizations' "$organization" "$owner" 5 \
  --exclude-operation-id-regex "^$ends|^platform_|^auth_(login|refresh|register|password_reset)"
still_signed_in "$organization" auth "$owner"
attempt 'Operations for everybody' "$organization" '' 5 \
  --include-operation-id-regex '^auth_(login|refresh|register|password_reset)|^branding_|^files_content$'
attempt 'Operations of nobody' "$organization" '' 2 --include-operation-id-regex "^$ends|^(tickets|users|files)_"
operator=$(sign_in "localhost:$port" platform/auth operator@example.org)
attempt 'Operations of operators' "localhost:$port" "$operator" 5 \
  --include-operation-id-regex '^platform_' --exclude-operation-id-regex '^platform_auth_logout$'
still_signed_in "localhost:$port" platform/auth "$operator"
