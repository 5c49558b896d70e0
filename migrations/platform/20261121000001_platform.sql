-- Oldest binary that may run on this schema: 0.1.0
create table organizations (
  id uuid primary key,
  slug text not null,
  name text not null,
  schema_name text not null,
  status text not null default 'active' constraint organizations_status_check check (status in ('active', 'suspended')),
  placement_version integer not null default 1,
  created_at timestamptz not null,
  constraint organizations_slug_key unique (slug),
  constraint organizations_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint organizations_schema_name_check check (schema_name = 'shared' or schema_name ~ '^t_[0-9a-z]{26}$')
);

create table domains (
  domain text primary key,
  organization_id uuid not null constraint domains_organization_fkey references organizations (id) on delete cascade,
  verified_at timestamptz,
  created_at timestamptz not null
);
create index domains_organization_idx on domains (organization_id);

-- Which organizations know an address: sign-in on the bare host.
create table logins (
  email text not null,
  organization_id uuid not null constraint logins_organization_fkey references organizations (id) on delete cascade,
  constraint logins_pkey primary key (email, organization_id)
);

-- Which organization receives mail for an address.
create table mail_addresses (
  address text primary key,
  organization_id uuid not null constraint mail_addresses_organization_fkey references organizations (id) on delete cascade,
  mailbox_id uuid not null
);

create table operators (
  id uuid primary key,
  email text not null constraint operators_email_key unique,
  password_hash text not null,
  created_at timestamptz not null
);

create table operator_sessions (
  id uuid primary key,
  operator_id uuid not null constraint operator_sessions_operator_fkey references operators (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index operator_sessions_operator_idx on operator_sessions (operator_id);

-- Events in the order in which the dispatcher gave them out; readers ask for seq > last.
create table feed (
  seq bigint generated always as identity primary key,
  organization_id uuid not null,
  event_id uuid not null constraint feed_event_key unique,
  topic text not null,
  entity_id uuid not null,
  payload jsonb not null,
  occurred_at timestamptz not null
);
create index feed_organization_idx on feed (organization_id, seq);

create table jobs (
  id uuid primary key,
  organization_id uuid not null,
  kind text not null,
  payload jsonb not null default '{}',
  priority smallint not null default 0,
  run_at timestamptz not null,
  attempts integer not null default 0,
  max_attempts integer not null default 20,
  state text not null default 'ready' constraint jobs_state_check check (state in ('ready', 'leased', 'dead')),
  lease_token uuid,
  lease_until timestamptz,
  leased_by text,
  last_error text,
  dedupe_key text constraint jobs_dedupe_key unique,
  created_at timestamptz not null,
  died_at timestamptz
);
create index jobs_ready_idx on jobs (organization_id, priority desc, run_at, id) where state = 'ready';
create index jobs_lease_idx on jobs (lease_until) where state = 'leased';
create index jobs_dead_idx on jobs (organization_id, died_at desc) where state = 'dead';

-- One row per schedule tick; the primary key is what makes a tick happen once.
create table schedule_runs (
  schedule text not null,
  due_at timestamptz not null,
  job_id uuid not null,
  constraint schedule_runs_pkey primary key (schedule, due_at)
);

-- What is applied of replaceable/, by hash of its text.
create table replaceables (
  schema_name text not null,
  name text not null,
  hash text not null,
  constraint replaceables_pkey primary key (schema_name, name)
);
