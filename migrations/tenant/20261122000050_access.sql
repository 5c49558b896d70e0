-- Oldest binary that may run on this schema: 0.1.0
-- Custom roles, second factors, API keys, acting as somebody else.

-- Tickets that people with the role see; null where the organization decides.
alter table roles add column visibility text constraint roles_visibility_check check (visibility in ('all', 'teams', 'own'));
alter table roles add column require_otp boolean not null default false;
alter table roles add column version bigint not null default 1;
alter table roles add column updated_at timestamptz;
update roles set updated_at = created_at,
  visibility = case when not is_shipped then null
    when key in ('owner', 'admin', 'manager') then 'all' when key = 'technician' then 'own' end;
alter table roles alter column updated_at set not null;

alter table sessions add column impersonator_id uuid;
alter table sessions add column impersonator_session_id uuid;
alter table sessions add constraint sessions_impersonator_fkey
  foreign key (organization_id, impersonator_id) references users (organization_id, id);
alter table sessions add constraint sessions_impersonator_session_fkey
  foreign key (organization_id, impersonator_session_id) references sessions (organization_id, id) on delete cascade;
alter table sessions add constraint sessions_impersonation_check
  check ((impersonator_id is null) = (impersonator_session_id is null));
create index sessions_impersonator_idx on sessions (organization_id, impersonator_id) where impersonator_id is not null;
create index sessions_impersonator_session_idx on sessions (organization_id, impersonator_session_id)
  where impersonator_session_id is not null;

-- Time-based codes (RFC 6238). A factor counts once it is confirmed; a time step is used once.
create table otp_factors (
  organization_id uuid not null,
  person_id uuid not null,
  person_kind text not null constraint otp_factors_person_check check (person_kind in ('user', 'customer')),
  secret bytea not null,
  confirmed_at timestamptz,
  last_step bigint,
  created_at timestamptz not null,
  constraint otp_factors_pkey primary key (organization_id, person_id)
);

-- Each takes the place of a code once.
create table recovery_codes (
  organization_id uuid not null,
  person_id uuid not null,
  hash bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  constraint recovery_codes_pkey primary key (organization_id, person_id, hash),
  constraint recovery_codes_factor_fkey foreign key (organization_id, person_id)
    references otp_factors (organization_id, person_id) on delete cascade
);

create table api_keys (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  scopes text[] not null,
  hash bytea not null,
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_pkey primary key (organization_id, id),
  constraint api_keys_created_by_fkey foreign key (organization_id, created_by) references users (organization_id, id)
);
create index api_keys_created_idx on api_keys (organization_id, created_at desc, id desc);
create index api_keys_created_by_idx on api_keys (organization_id, created_by);

-- Keys write messages, change tickets and upload files.
alter table messages drop constraint messages_author_check;
alter table messages add constraint messages_author_check
  check (author_kind in ('user', 'customer', 'key', 'system')) not valid;
alter table messages validate constraint messages_author_check;
alter table ticket_history drop constraint ticket_history_actor_check;
alter table ticket_history add constraint ticket_history_actor_check
  check (actor_kind in ('user', 'customer', 'key', 'system')) not valid;
alter table ticket_history validate constraint ticket_history_actor_check;
alter table files drop constraint files_uploader_check;
alter table files add constraint files_uploader_check
  check (uploader_kind in ('user', 'customer', 'key', 'system')) not valid;
alter table files validate constraint files_uploader_check;
