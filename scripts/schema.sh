#!/usr/bin/env bash
# Prints the schema of the database in DATABASE_URL (see dev-db.sh), one object a line, the same on every PostgreSQL version.
set -euo pipefail
psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "${DATABASE_ADMIN_URL/\/postgres\?//helpdesk_dev?}" <<'SQL'
select '-- Written by scripts/generate.sh from the migrations; what the tables are in the end.';
set search_path = pg_catalog;
with tables as (
  select c.oid, n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('platform', 'shared') and c.relkind = 'r' and c.relname <> '_sqlx_migrations'
), lines as (
  select nspname, relname, 0 as part, 0 as place, E'\n' || nspname || '.' || relname
         || case when relrowsecurity and relforcerowsecurity then ' (row-level security, forced)' else '' end as line
    from tables
  union all
  select t.nspname, t.relname, 1, a.attnum, '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || case when a.attnotnull then ' not null' else '' end
         || case when a.attidentity <> '' then ' identity' else '' end
         || case when d.adbin is null then '' when a.attgenerated = 's' then ' generated ' || pg_get_expr(d.adbin, d.adrelid)
              else ' default ' || pg_get_expr(d.adbin, d.adrelid) end
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  union all
  select t.nspname, t.relname, 2, row_number() over (partition by t.oid order by k.conname)::int,
         '  constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
    from tables t join pg_constraint k on k.conrelid = t.oid and k.contype <> 'n'
  union all
  select t.nspname, t.relname, 3, row_number() over (partition by t.oid order by i.indexrelid::regclass::text)::int, '  ' || pg_get_indexdef(i.indexrelid)
    from tables t join pg_index i on i.indrelid = t.oid
   where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
  union all
  select t.nspname, t.relname, 4, 0, '  policy ' || p.polname || ' using ' || pg_get_expr(p.polqual, p.polrelid) || ' with check ' || pg_get_expr(p.polwithcheck, p.polrelid)
    from tables t join pg_policy p on p.polrelid = t.oid
)
select line from lines order by nspname, relname, part, place;
SQL
