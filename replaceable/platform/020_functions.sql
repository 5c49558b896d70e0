-- The doors between the runtime role and the rows. See docs/TENANCY.md.

-- Says whether an organization may be entered (HD404 gone, HD403 suspended or being deleted, HD409 moved) and where its rows are.
create or replace function platform.placement(p_organization uuid, p_placement integer) returns text
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  found_schema text;
  found_status text;
  found_placement integer;
begin
  select o.schema_name, o.status, o.placement_version into found_schema, found_status, found_placement
    from platform.organizations o where o.id = p_organization;
  if found_schema is null then
    raise exception 'organization is gone' using errcode = 'HD404';
  elsif found_status <> 'active' then
    raise exception 'organization is suspended' using errcode = 'HD403';
  elsif p_placement is not null and p_placement <> found_placement then
    raise exception 'organization was moved' using errcode = 'HD409';
  end if;
  return found_schema;
end
$$;

-- Who a session is, with role and teams; HD401 when the session or the person may not act any more.
create or replace function platform.enter(p_schema text, p_organization uuid, p_session uuid, p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  who jsonb;
begin
  execute format('select %I.who($1, $2, $3)', p_schema) into who using p_organization, p_session, p_now;
  if who is null then
    raise exception 'session is not valid' using errcode = 'HD401';
  end if;
  return who;
end
$$;

-- The advisory lock of whoever writes in an organization (shared) and of whoever moves or removes it (alone).
create or replace function platform.write_lock(p_organization uuid) returns bigint
language sql immutable as $$
  select hashtextextended('helpdesk writers of ' || p_organization, 0)
$$;

-- Opens an organization for the running transaction: checks first, then role, search_path and setting.
-- A null session is the product itself (jobs, intake, sign-in). HD503 when it is being moved and the transaction may write.
create or replace function platform.open(p_organization uuid, p_session uuid, p_placement integer, p_now timestamptz) returns jsonb
language plpgsql security invoker as $$
declare
  found_schema text;
  who jsonb;
begin
  -- The lock first: from then on the organization stays where it is found, until this transaction ends.
  if current_setting('transaction_read_only') = 'off'
     and not pg_try_advisory_xact_lock_shared(platform.write_lock(p_organization)) then
    perform platform.placement(p_organization, null);
    raise exception 'organization is being moved' using errcode = 'HD503';
  end if;
  found_schema := platform.placement(p_organization, p_placement);
  if p_session is not null then
    who := platform.enter(found_schema, p_organization, p_session, p_now);
  end if;
  execute format('set local search_path = %I, ext, pg_temp', found_schema);
  execute format('set local app.organization_id = %L', p_organization);
  execute 'set local role app_api';
  return who;
end
$$;

-- Remembers that an address signs in to the organization that is open.
create or replace function platform.note_login(p_organization uuid, p_email text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  insert into platform.logins (email, organization_id) values (p_email, p_organization) on conflict do nothing;
end
$$;

-- Forgets it again.
create or replace function platform.drop_login(p_organization uuid, p_email text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  delete from platform.logins where email = p_email and organization_id = p_organization;
end
$$;

-- Claims a mail address for the organization that is open; mail_addresses_pkey when another has it.
create or replace function platform.claim_mail_address(p_organization uuid, p_address text, p_mailbox uuid) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  if exists (select from platform.domains d
              where d.domain = split_part(p_address, '@', 2) and d.verified_at is not null and d.organization_id <> p_organization) then
    raise unique_violation using constraint = 'mail_addresses_pkey', message = 'mail_addresses_pkey';
  end if;
  -- Nor one at a domain that belonged to an organization that was removed: its customers still write there.
  if exists (select from platform.released_names r
              where r.kind = 'domain' and r.name = split_part(p_address, '@', 2) and r.organization_id <> p_organization) then
    raise unique_violation using constraint = 'mail_addresses_pkey', message = 'mail_addresses_pkey';
  end if;
  insert into platform.mail_addresses (address, organization_id, mailbox_id) values (p_address, p_organization, p_mailbox);
end
$$;

-- Gives it back.
create or replace function platform.release_mail_address(p_organization uuid, p_address text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  delete from platform.mail_addresses where address = p_address and organization_id = p_organization;
end
$$;

-- Takes the oldest outbox rows of every schema; the caller's transaction decides whether they are gone.
create or replace function platform.outbox_take(p_limit integer)
returns table (organization_id uuid, id uuid, kind text, topic text, entity_id uuid, payload jsonb, run_at timestamptz, occurred_at timestamptz)
language plpgsql security definer set search_path = platform, pg_temp as $$
declare
  each_schema text;
begin
  for each_schema in select distinct o.schema_name from platform.organizations o order by 1 loop
    begin
      return query execute format(
        'delete from %1$I.outbox o using (select b.organization_id, b.id from %1$I.outbox b order by b.occurred_at, b.id limit $1 for update skip locked) taken
         where o.organization_id = taken.organization_id and o.id = taken.id
         returning o.organization_id, o.id, o.kind, o.topic, o.entity_id, o.payload, o.run_at, o.occurred_at', each_schema) using p_limit;
    exception when lock_not_available or undefined_table or undefined_column or insufficient_privilege then
      -- One schema that cannot be read does not keep the others waiting.
      raise warning 'the outbox of % cannot be read: %', each_schema, sqlerrm;
    end;
  end loop;
end
$$;

-- When the oldest outbox row of any schema was written; null when all were taken.
create or replace function platform.outbox_oldest() returns timestamptz
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  each_schema text;
  oldest timestamptz;
  found_here timestamptz;
begin
  for each_schema in select distinct o.schema_name from platform.organizations o order by 1 loop
    begin
      execute format('select min(occurred_at) from %I.outbox', each_schema) into found_here;
      oldest := least(oldest, found_here);
    exception when undefined_table then
      -- Its organization has just been moved or removed.
      null;
    end;
  end loop;
  return oldest;
end
$$;

do $$
declare
  each_function regprocedure;
  each_table regclass;
begin
  for each_function in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'platform'::regnamespace loop
    execute format('revoke all on function %s from public', each_function);
    execute format('alter function %s owner to %I', each_function, case when (select prosecdef from pg_proc where oid = each_function) then 'helpdesk_definer' else current_user end);
  end loop;
  for each_table in select c.oid::regclass from pg_class c where c.relnamespace = 'platform'::regnamespace and c.relkind = 'r' loop
    execute format('revoke all on %s from app_platform, helpdesk_definer', each_table);
    if each_table::text not in ('platform._sqlx_migrations', '_sqlx_migrations', 'platform.replaceables', 'replaceables') then
      execute format('grant select, insert, update, delete on %s to app_platform', each_table);
    end if;
  end loop;
end
$$;
grant usage on all sequences in schema platform to app_platform;
grant select on platform.organizations, platform.domains, platform.released_names to helpdesk_definer;
grant select, insert, delete on platform.logins, platform.mail_addresses to helpdesk_definer;
grant execute on function platform.placement(uuid, integer), platform.write_lock(uuid), platform.enter(text, uuid, uuid, timestamptz), platform.open(uuid, uuid, integer, timestamptz) to helpdesk_rt;
grant execute on function platform.note_login(uuid, text), platform.drop_login(uuid, text) to app_api;
grant execute on function platform.claim_mail_address(uuid, text, uuid), platform.release_mail_address(uuid, text) to app_api;
grant execute on function platform.outbox_take(integer), platform.outbox_oldest() to app_platform;
grant select on platform._sqlx_migrations to app_platform;
