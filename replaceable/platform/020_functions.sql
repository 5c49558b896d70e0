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

-- Who a session is, or, with the hash of its secret, what an API key is; HD401 when it may not act, or not any more.
drop function if exists platform.enter(text, uuid, uuid, timestamptz);
create or replace function platform.enter(p_schema text, p_organization uuid, p_credential uuid, p_now timestamptz, p_key_hash bytea) returns jsonb
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  who jsonb;
begin
  if p_key_hash is null then
    execute format('select %I.who($1, $2, $3)', p_schema) into who using p_organization, p_credential, p_now;
  else
    execute format('select %I.who_key($1, $2, $3, $4)', p_schema) into who using p_organization, p_credential, p_key_hash, p_now;
  end if;
  if who is null then
    raise exception 'session or key is not valid' using errcode = 'HD401';
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
-- A null credential is the product itself (jobs, intake, sign-in); with a hash it is an API key, else a session.
-- HD503 when it is being moved and the transaction may write.
drop function if exists platform.open(uuid, uuid, integer, timestamptz);
create or replace function platform.open(p_organization uuid, p_credential uuid, p_placement integer, p_now timestamptz, p_key_hash bytea default null) returns jsonb
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
  if p_credential is not null then
    who := platform.enter(found_schema, p_organization, p_credential, p_now, p_key_hash);
  end if;
  execute format('set local search_path = %I, ext, pg_temp', found_schema);
  execute format('set local app.organization_id = %L', p_organization);
  execute 'set local role app_api';
  return who;
end
$$;

-- Who many sessions are, by their organizations; those that may not act any more are absent.
create or replace function platform.still(p_organizations uuid[], p_sessions uuid[], p_now timestamptz)
returns table (organization_id uuid, session_id uuid, who jsonb)
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  each_organization uuid;
  each_schema text;
begin
  for each_organization in select distinct o from unnest(p_organizations) o loop
    select o.schema_name into each_schema from platform.organizations o where o.id = each_organization and o.status = 'active';
    if each_schema is not null then
      return query execute format(
        'select $1, s.id, s.who from (select g.id, %I.who($1, g.id, $4) as who from unnest($2, $3) g (organization_id, id) where g.organization_id = $1) s
          where s.who is not null', each_schema) using each_organization, p_organizations, p_sessions, p_now;
    end if;
  end loop;
end
$$;

-- HD403 unless this organization is the one that is open; what every function below begins with.
create or replace function platform.must_be_open(p_organization uuid) returns void
language plpgsql stable as $$
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
end
$$;

-- Remembers that an address signs in to the organization that is open.
create or replace function platform.note_login(p_organization uuid, p_email text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  insert into platform.logins (email, organization_id) values (p_email, p_organization) on conflict do nothing;
end
$$;

-- Forgets it again.
create or replace function platform.drop_login(p_organization uuid, p_email text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  delete from platform.logins where email = p_email and organization_id = p_organization;
end
$$;

-- Claims a mail address for the organization that is open; mail_addresses_pkey when another has it.
create or replace function platform.claim_mail_address(p_organization uuid, p_address text, p_mailbox uuid) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  if exists (select from platform.domains d
              where d.domain = split_part(p_address, '@', 2) and d.verified_at is not null and d.organization_id <> p_organization) then
    raise unique_violation using constraint = 'mail_addresses_pkey', message = 'mail_addresses_pkey';
  end if;
  -- Nor one at a domain that another organization gave back a while ago: its customers still write there.
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
  perform platform.must_be_open(p_organization);
  delete from platform.mail_addresses where address = p_address and organization_id = p_organization;
end
$$;

-- Gives a dead job of the organization that is open all its attempts again; whether there was one.
create or replace function platform.retry_job(p_organization uuid, p_job uuid, p_now timestamptz) returns boolean
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  update platform.jobs set state = 'ready', attempts = 0, run_at = p_now, died_at = null
   where id = p_job and organization_id = p_organization and state = 'dead';
  return found;
end
$$;

-- Gives the organization that is open another shown name.
create or replace function platform.rename_organization(p_organization uuid, p_name text) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  update platform.organizations set name = p_name where id = p_organization;
end
$$;

-- Domains of the organization that is open, proven or not.
create or replace function platform.domains_of(p_organization uuid)
returns table (domain text, challenge text, verified_at timestamptz, checked_at timestamptz, failing_since timestamptz, created_at timestamptz)
language plpgsql stable security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  return query select d.domain, d.challenge, d.verified_at, d.checked_at, d.failing_since, d.created_at
    from platform.domains d where d.organization_id = p_organization order by d.domain;
end
$$;

-- Adds a domain that is still to be proven; domains_pkey when it is there.
create or replace function platform.add_domain(p_organization uuid, p_domain text, p_challenge text, p_now timestamptz) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  insert into platform.domains (organization_id, domain, challenge, created_at) values (p_organization, p_domain, p_challenge, p_now);
end
$$;

-- The name servers confirmed it: from now on it is a host of the organization. domains_verified_key
-- when another one has it, or gave it back less than 90 days ago.
create or replace function platform.verify_domain(p_organization uuid, p_domain text, p_now timestamptz) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  if exists (select from platform.released_names r where r.kind = 'domain' and r.name = p_domain
                and r.organization_id <> p_organization and r.free_at > p_now) then
    raise unique_violation using constraint = 'domains_verified_key', message = 'domains_verified_key';
  end if;
  update platform.domains
     set verified_at = coalesce(verified_at, p_now), proof = coalesce(proof, 'dns'), checked_at = p_now, failing_since = null
   where organization_id = p_organization and domain = p_domain;
  delete from platform.released_names where kind = 'domain' and name = p_domain and organization_id = p_organization;
end
$$;

-- Gives it back.
create or replace function platform.remove_domain(p_organization uuid, p_domain text, p_now timestamptz) returns void
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  perform platform.must_be_open(p_organization);
  insert into platform.released_names (kind, name, organization_id, free_at)
    select 'domain', d.domain, p_organization, p_now + interval '90 days' from platform.domains d
     where d.organization_id = p_organization and d.domain = p_domain and d.verified_at is not null
    on conflict on constraint released_names_pkey do update set organization_id = excluded.organization_id, free_at = excluded.free_at;
  delete from platform.domains where organization_id = p_organization and domain = p_domain;
end
$$;

-- How much of everything an organization has, for operators: numbers, and nothing of what is in it.
-- Mails are counted by months of UTC, of the last twelve; what was suppressed was no mail.
create or replace function platform.usage(p_organization uuid, p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  place text;
  counted jsonb;
begin
  select o.schema_name into place from platform.organizations o where o.id = p_organization;
  if place is null then
    return null;
  end if;
  execute format($sql$
    with months as (
      select month from generate_series(date_trunc('month', $2 at time zone 'utc') - interval '11 months',
                                        date_trunc('month', $2 at time zone 'utc'), interval '1 month') month),
    received as (
      select date_trunc('month', received_at at time zone 'utc') as month, count(*) as n from %1$I.inbound_mails
       where organization_id = $1 group by 1),
    sent as (
      select date_trunc('month', created_at at time zone 'utc') as month, count(*) as n,
             count(*) filter (where state = 'failed') as failed
        from %1$I.outgoing_mails where organization_id = $1 and state <> 'suppressed' group by 1)
    select jsonb_build_object(
      'tickets', (select count(*) from %1$I.tickets where organization_id = $1 and deleted_at is null),
      'open_tickets', (select count(*) from %1$I.tickets where organization_id = $1 and deleted_at is null
                          and status_category in ('new', 'open', 'pending', 'on_hold')),
      'messages', (select count(*) from %1$I.messages where organization_id = $1),
      'staff', (select count(*) from %1$I.users where organization_id = $1 and status = 'active'),
      'customers', (select count(*) from %1$I.customers where organization_id = $1 and status <> 'removed'),
      'file_bytes', (select coalesce(sum(size), 0) from %1$I.files where organization_id = $1),
      'mail_bytes', (select coalesce(sum(size), 0) from %1$I.inbound_mails where organization_id = $1),
      'mails', (select jsonb_agg(jsonb_build_object('month', to_char(months.month, 'YYYY-MM'),
                   'received', coalesce(received.n, 0), 'sent', coalesce(sent.n, 0) - coalesce(sent.failed, 0),
                   'failed', coalesce(sent.failed, 0)) order by months.month)
                  from months left join received using (month) left join sent using (month)))
  $sql$, place) into counted using p_organization, p_now;
  return counted;
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

-- Active organizations with audit entries that wait to be chained.
create or replace function platform.audit_waiting() returns setof uuid
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  each_schema text;
begin
  for each_schema in select distinct o.schema_name from platform.organizations o order by 1 loop
    return query execute format(
      'with recursive waiting as (
         (select u.organization_id as id from %1$I.audit_unchained u order by u.organization_id limit 1)
         union all
         select (select u.organization_id from %1$I.audit_unchained u where u.organization_id > w.id order by u.organization_id limit 1)
           from waiting w where w.id is not null)
       select o.id from waiting w join platform.organizations o on o.id = w.id
        where o.status = ''active'' and o.schema_name = $1', each_schema) using each_schema;
  end loop;
end
$$;

-- Tries that failed. A null organization stands for what belongs to none: peers, operators, addresses of no organization.

-- Until when an account or a peer may not try again; null when it may.
create or replace function platform.attempt_lock(p_organization uuid, p_purpose text, p_account bytea, p_peer bytea, p_now timestamptz) returns timestamptz
language plpgsql stable security definer set search_path = platform, pg_temp as $$
declare
  nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  if p_organization is not null then
    perform platform.must_be_open(p_organization);
  end if;
  return greatest(
    (select a.locked_until from platform.attempts a
      where a.organization_id = coalesce(p_organization, nobody) and a.purpose = p_purpose and a.subject = p_account and a.locked_until > p_now),
    (select a.locked_until from platform.attempts a
      where a.organization_id = nobody and a.purpose = p_purpose and a.subject = p_peer and a.locked_until > p_now));
end
$$;

-- Counts one failure. The p_most-th within a minute locks for a minute, the next time for two, at most for fifteen;
-- an hour of peace after it starts over. The row's lock makes failures at the same time count one after the other.
create or replace function platform.attempt_failed(p_organization uuid, p_purpose text, p_subject bytea, p_most integer, p_now timestamptz,
  out locked_until timestamptz, out locks_now boolean)
language plpgsql security definer set search_path = platform, pg_temp as $$
declare
  known platform.attempts;
begin
  locks_now := false;
  if p_organization is not null then
    perform platform.must_be_open(p_organization);
  end if;
  if p_subject is null then
    return;
  end if;
  insert into platform.attempts as a (organization_id, purpose, subject, tried_at, strikes, forget_at)
  values (coalesce(p_organization, '00000000-0000-0000-0000-000000000000'), p_purpose, p_subject, '{}', 0, p_now + interval '1 hour')
  on conflict on constraint attempts_pkey do update set strikes = a.strikes
  returning a.* into known;
  if known.locked_until > p_now then
    locked_until := known.locked_until;
    return;
  end if;
  if known.forget_at <= p_now then
    known.strikes := 0;
  end if;
  known.tried_at := array(select t from unnest(known.tried_at) t where t > p_now - interval '1 minute') || p_now;
  if cardinality(known.tried_at) >= p_most then
    locks_now := true;
    locked_until := p_now + least(interval '1 minute' * 2 ^ known.strikes, interval '15 minutes');
    known.tried_at := '{}';
    known.strikes := least(known.strikes + 1, 10);
  end if;
  update platform.attempts a
     set tried_at = known.tried_at, strikes = known.strikes, locked_until = attempt_failed.locked_until,
         forget_at = coalesce(attempt_failed.locked_until, p_now) + interval '1 hour'
   where a.organization_id = known.organization_id and a.purpose = known.purpose and a.subject = known.subject;
end
$$;

-- Forgets the failures of an account, unless it is locked beyond p_until; whether there was anything to forget.
create or replace function platform.attempt_forgiven(p_organization uuid, p_purpose text, p_account bytea, p_until timestamptz) returns boolean
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is not null then
    perform platform.must_be_open(p_organization);
  end if;
  delete from platform.attempts a
   where a.organization_id = coalesce(p_organization, '00000000-0000-0000-0000-000000000000') and a.purpose = p_purpose
     and a.subject = p_account and (a.locked_until is null or a.locked_until <= p_until);
  return found;
end
$$;

-- Counts one mail to an address unless p_most went there within a day; whether it may be sent.
create or replace function platform.may_mail(p_organization uuid, p_subject bytea, p_most integer, p_now timestamptz) returns boolean
language plpgsql security definer set search_path = platform, pg_temp as $$
begin
  if p_organization is not null then
    perform platform.must_be_open(p_organization);
  end if;
  insert into platform.attempts as a (organization_id, purpose, subject, tried_at, strikes, forget_at)
  values (p_organization, 'mail', p_subject, array[p_now], 0, p_now + interval '1 day')
  on conflict on constraint attempts_pkey do update
    set tried_at = array(select t from unnest(a.tried_at) t where t > p_now - interval '1 day') || p_now, forget_at = excluded.forget_at
  where (select count(*) from unnest(a.tried_at) t where t > p_now - interval '1 day') < p_most;
  return found;
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
    if each_table::text in ('platform.operator_log', 'operator_log') then
      execute format('grant select, insert on %s to app_platform', each_table);
    elsif each_table::text not in ('platform._sqlx_migrations', '_sqlx_migrations', 'platform.replaceables', 'replaceables') then
      execute format('grant select, insert, update, delete on %s to app_platform', each_table);
    end if;
  end loop;
end
$$;
grant usage on all sequences in schema platform to app_platform;
grant select on platform.organizations to helpdesk_definer;
grant select, insert, update, delete on platform.domains, platform.released_names to helpdesk_definer;
grant execute on function platform.must_be_open(uuid) to helpdesk_definer;
grant select, insert, delete on platform.logins, platform.mail_addresses to helpdesk_definer;
grant select, insert, update, delete on platform.attempts to helpdesk_definer;
grant select, update on platform.jobs to helpdesk_definer;
grant execute on function platform.placement(uuid, integer), platform.write_lock(uuid), platform.enter(text, uuid, uuid, timestamptz, bytea), platform.open(uuid, uuid, integer, timestamptz, bytea) to helpdesk_rt;
grant execute on function platform.note_login(uuid, text), platform.drop_login(uuid, text) to app_api;
grant execute on function platform.retry_job(uuid, uuid, timestamptz) to app_api;
grant execute on function platform.claim_mail_address(uuid, text, uuid), platform.release_mail_address(uuid, text) to app_api;
grant update (name) on platform.organizations to helpdesk_definer;
grant execute on function platform.rename_organization(uuid, text) to app_api;
grant execute on function platform.attempt_lock(uuid, text, bytea, bytea, timestamptz), platform.attempt_failed(uuid, text, bytea, integer, timestamptz),
  platform.attempt_forgiven(uuid, text, bytea, timestamptz), platform.may_mail(uuid, bytea, integer, timestamptz) to app_api, app_platform;
grant execute on function platform.domains_of(uuid), platform.add_domain(uuid, text, text, timestamptz) to app_api;
grant execute on function platform.verify_domain(uuid, text, timestamptz), platform.remove_domain(uuid, text, timestamptz) to app_api;
grant execute on function platform.outbox_take(integer), platform.outbox_oldest(), platform.audit_waiting(), platform.still(uuid[], uuid[], timestamptz),
  platform.usage(uuid, timestamptz) to app_platform;
grant select on platform._sqlx_migrations to app_platform;
