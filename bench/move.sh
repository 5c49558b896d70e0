#!/usr/bin/env bash
# How long writers are refused while an organization is moved: bench/move.sh [TICKETS] [path to helpdesk]
# Makes a database of its own in a temporary folder, fills one organization, moves it there and back.
set -euo pipefail
cd "$(dirname "$0")/.."
tickets=${1:-100000}
helpdesk=${2:-${CARGO_TARGET_DIR:-target}/fast/helpdesk}
folder=$(mktemp -d /tmp/helpdesk-bench.XXXXXX)
chmod 711 "$folder" # so that the database can lie in it
unset DATABASE_URL
export DATA_DIR=$folder/data METRICS_BIND=off
server=
finish() {
  if [[ -n $server ]]; then kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
"$helpdesk" serve --bind 127.0.0.1:18080 >"$folder/out" 2>"$folder/log" &
server=$!
until grep -q 'runs at' "$folder/out"; do kill -0 "$server"; sleep 0.2; done
"$helpdesk" org create bench --name Bench >/dev/null
sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$DATA_DIR/run" --username postgres helpdesk "$@"; }

# Each ticket has three messages of about fifty words, four lines of history and two tags; words are frequent and rare ones.
echo "Filling: $tickets tickets ..."
sql --set tickets="$tickets" <<'SQL'
set search_path = shared, platform, ext;
set session_replication_role = replica;
set synchronous_commit = off;
select id as organization from organizations where slug = 'bench' \gset
create temporary table texts as
  select n, string_agg('w' || (power(random(), 3) * 40000)::int, ' ') as text
    from generate_series(1, 5000) n, generate_series(1, 50) word group by n;
create unique index on texts (n);
create function pg_temp.id(kind int, n int) returns uuid language sql immutable as
  $$ select ('01900000-000' || kind || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
insert into tickets (organization_id, id, number, reference, subject, status, status_category, priority, type, channel,
    first_response_due_at, resolution_due_at, message_count, public_message_count, created_at, updated_at)
  select :'organization', pg_temp.id(0, t), t, 'TK-2026-' || lpad(t::text, 5, '0'), left(text, 60), 'open', 'open',
         (array['low', 'medium', 'high', 'urgent'])[1 + t % 4], 'question', 'email', now(), now(), 3, 3,
         now() - t * interval '1 minute', now() - t * interval '30 seconds'
    from generate_series(1, :tickets) t join texts on texts.n = 1 + t % 5000;
insert into messages (organization_id, id, ticket_id, seq, visibility, direction, author_kind, author_name, body, format, body_text, created_at)
  select :'organization', pg_temp.id(seq, t), pg_temp.id(0, t), seq, 'public', 'in', 'customer', 'Nora', text, 'text', text, now()
    from generate_series(1, :tickets) t cross join generate_series(1, 3) seq join texts on texts.n = 1 + (t * 3 + seq) % 5000;
insert into ticket_history (organization_id, id, ticket_id, actor_kind, actor_name, field, old_value, new_value, created_at)
  select :'organization', pg_temp.id(4 + step, n), pg_temp.id(0, n), 'system', 'System', 'status', 'new', 'open', now()
    from generate_series(1, :tickets) n, generate_series(1, 4) step;
insert into ticket_tags (organization_id, ticket_id, tag)
  select :'organization', pg_temp.id(0, n), 'tag' || step from generate_series(1, :tickets) n, generate_series(1, 2) step;
update organization_settings set next_ticket_number = :tickets + 1 where organization_id = :'organization';
analyze;
checkpoint;
SQL
for placement in schema shared; do
  begin=$SECONDS
  "$helpdesk" org move bench --placement "$placement"
  echo "  in all, with removing the old rows: $((SECONDS - begin)) s"
done
