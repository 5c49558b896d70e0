-- Oldest binary that may run on this schema: 0.1.0
create table organization_settings (
  organization_id uuid not null,
  time_zone text not null default 'UTC',
  locale text not null default 'en',
  ticket_prefix text not null default 'TK',
  ticket_padding smallint not null default 5 constraint organization_settings_padding_check check (ticket_padding between 1 and 10),
  first_response_on_status boolean not null default true,
  agent_visibility text not null default 'all'
    constraint organization_settings_visibility_check check (agent_visibility in ('all', 'teams', 'own')),
  brand_color text not null default '#1f6feb',
  next_ticket_number bigint not null default 1,
  version bigint not null default 1,
  updated_at timestamptz not null,
  constraint organization_settings_pkey primary key (organization_id)
);

create table roles (
  organization_id uuid not null,
  id uuid not null,
  key text not null,
  name text not null,
  permissions text[] not null,
  is_shipped boolean not null default false,
  created_at timestamptz not null,
  constraint roles_pkey primary key (organization_id, id),
  constraint roles_key_key unique (organization_id, key)
);

create table users (
  organization_id uuid not null,
  id uuid not null,
  email text not null,
  name text not null,
  role_id uuid not null,
  status text not null default 'active' constraint users_status_check check (status in ('active', 'suspended')),
  password_hash text,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint users_pkey primary key (organization_id, id),
  constraint users_email_key unique (organization_id, email),
  constraint users_role_fkey foreign key (organization_id, role_id) references roles (organization_id, id)
);
create index users_name_idx on users (organization_id, name, id);
create index users_role_idx on users (organization_id, role_id);

create table teams (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  created_at timestamptz not null,
  constraint teams_pkey primary key (organization_id, id),
  constraint teams_name_key unique (organization_id, name)
);

create table team_members (
  organization_id uuid not null,
  team_id uuid not null,
  user_id uuid not null,
  constraint team_members_pkey primary key (organization_id, team_id, user_id),
  constraint team_members_team_fkey foreign key (organization_id, team_id) references teams (organization_id, id) on delete cascade,
  constraint team_members_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index team_members_user_idx on team_members (organization_id, user_id);

create table customers (
  organization_id uuid not null,
  id uuid not null,
  email text not null,
  name text not null,
  phone text,
  company text,
  password_hash text,
  status text not null default 'active' constraint customers_status_check check (status in ('active', 'suspended')),
  email_verified_at timestamptz,
  undeliverable_since timestamptz,
  search tsvector generated always as (
    -- Punctuation is blanked out, here as in search_customers(), so that every part of an address is a word.
    to_tsvector('simple'::regconfig, translate(
      name || ' ' || email || ' ' || coalesce(company, '') || ' ' || coalesce(phone, ''),
      '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
  ) stored,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint customers_pkey primary key (organization_id, id),
  constraint customers_email_key unique (organization_id, email)
);
create index customers_created_idx on customers (organization_id, created_at desc, id);
create index customers_name_idx on customers (organization_id, name, id);
create index customers_company_idx on customers (organization_id, company);
create index customers_search_idx on customers using gin (organization_id ext.uuid_ops, search);

create table sessions (
  organization_id uuid not null,
  id uuid not null,
  person_kind text not null constraint sessions_person_check check (person_kind in ('user', 'customer')),
  person_id uuid not null,
  user_agent text,
  ip text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint sessions_pkey primary key (organization_id, id)
);
create index sessions_person_idx on sessions (organization_id, person_id);

create table refresh_tokens (
  organization_id uuid not null,
  hash bytea not null,
  session_id uuid not null,
  created_at timestamptz not null,
  rotated_at timestamptz,
  constraint refresh_tokens_pkey primary key (organization_id, hash),
  constraint refresh_tokens_session_fkey foreign key (organization_id, session_id) references sessions (organization_id, id) on delete cascade
);
create index refresh_tokens_session_idx on refresh_tokens (organization_id, session_id);

-- One-time links: a password is set by whoever holds the secret.
create table invitations (
  organization_id uuid not null,
  hash bytea not null,
  person_kind text not null constraint invitations_person_check check (person_kind in ('user', 'customer')),
  person_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint invitations_pkey primary key (organization_id, hash)
);
create index invitations_person_idx on invitations (organization_id, person_id);

-- Events and jobs of this organization, written with their cause and taken away by the dispatcher.
create table outbox (
  organization_id uuid not null,
  id uuid not null,
  kind text not null constraint outbox_kind_check check (kind in ('event', 'job')),
  topic text not null,
  entity_id uuid not null,
  payload jsonb not null,
  run_at timestamptz,
  occurred_at timestamptz not null,
  constraint outbox_pkey primary key (organization_id, id)
);
create index outbox_order_idx on outbox (occurred_at, id);
