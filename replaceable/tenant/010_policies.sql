-- Row-level security and rights, the same for every tenant table of {schema}.
grant usage on schema {schema} to app_api, helpdesk_definer;
do $$
declare
  each_table regclass;
  name text;
  rule constant text := 'organization_id = nullif(current_setting(''app.organization_id'', true), '''')::uuid';
begin
  for each_table, name in
    select c.oid::regclass, c.relname from pg_class c
    where c.relnamespace = '{schema}'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
  loop
    execute format('alter table %s enable row level security', each_table);
    execute format('alter table %s force row level security', each_table);
    execute format('drop policy if exists organization on %s', each_table);
    execute format('create policy organization on %s for all using (%s) with check (%s)', each_table, rule, rule);
    execute format('revoke all on %s from app_api', each_table);
    if name in ('audit_log', 'audit_chain') then
      execute format('grant select, insert on %s to app_api', each_table);
    else
      execute format('grant select, insert, update, delete on %s to app_api', each_table);
    end if;
    execute format('grant select on %s to helpdesk_definer', each_table);
  end loop;
end
$$;
grant delete, update on {schema}.outbox to helpdesk_definer;
