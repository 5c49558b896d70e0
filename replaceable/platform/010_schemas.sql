-- Roles and what they may do on the platform. Run as the migrating role before any migration.
do $$
begin
  perform pg_advisory_xact_lock(hashtext('helpdesk roles'));
  if not exists (select from pg_roles where rolname = 'app_api') then
    create role app_api nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'app_platform') then
    create role app_platform nologin;
  end if;
  -- Owns the SECURITY DEFINER functions; nobody signs in as it.
  if not exists (select from pg_roles where rolname = 'helpdesk_definer') then
    create role helpdesk_definer nologin bypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'helpdesk_rt') then
    create role helpdesk_rt login noinherit;
  end if;
  grant app_api, app_platform to helpdesk_rt;
end
$$;
alter role helpdesk_rt set statement_timeout = '30s';
alter role helpdesk_rt set idle_in_transaction_session_timeout = '60s';
alter role helpdesk_rt set lock_timeout = '10s';
-- Statements are written in the order in which they should be joined; looking for a better one costs more than it brings.
alter role helpdesk_rt set join_collapse_limit = 1;
create schema if not exists platform;
create schema if not exists shared;
create schema if not exists ext;
create extension if not exists btree_gin schema ext;
revoke all on schema public from public;
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
end
$$;
grant usage on schema platform to helpdesk_rt, app_api, app_platform, helpdesk_definer;
grant usage on schema ext to app_api, app_platform, helpdesk_definer;
