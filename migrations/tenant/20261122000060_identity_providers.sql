-- Oldest binary that may run on this schema: 0.1.0
-- Where people may sign in instead of with a password.
create table identity_providers (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret bytea not null,
  scopes text[] not null,
  is_active boolean not null,
  customers boolean not null,
  create_users boolean not null,
  default_role text,
  link_verified_email boolean not null,
  allowed_domains text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint identity_providers_pkey primary key (organization_id, id),
  constraint identity_providers_name_key unique (organization_id, name)
);

-- Who somebody is at a provider: its issuer and the subject there, never the mail address.
create table identities (
  organization_id uuid not null,
  id uuid not null,
  provider_id uuid not null,
  issuer text not null,
  subject text not null,
  person_kind text not null constraint identities_person_check check (person_kind in ('user', 'customer')),
  person_id uuid not null,
  email text,
  created_at timestamptz not null,
  last_used_at timestamptz,
  constraint identities_pkey primary key (organization_id, id),
  constraint identities_subject_key unique (organization_id, provider_id, issuer, subject),
  constraint identities_provider_fkey foreign key (organization_id, provider_id)
    references identity_providers (organization_id, id) on delete cascade
);
create index identities_person_idx on identities (organization_id, person_id);

-- Sign-ins that are under way at a provider. With a session: its person links an identity to themselves.
-- With a person: the provider is done, and the second factor is due.
create table oidc_flows (
  organization_id uuid not null,
  state_hash bytea not null,
  provider_id uuid not null,
  session_id uuid,
  person_id uuid,
  next text not null,
  expires_at timestamptz not null,
  constraint oidc_flows_pkey primary key (organization_id, state_hash),
  constraint oidc_flows_provider_fkey foreign key (organization_id, provider_id)
    references identity_providers (organization_id, id) on delete cascade
);
create index oidc_flows_provider_idx on oidc_flows (organization_id, provider_id);
create index oidc_flows_expiry_idx on oidc_flows (organization_id, expires_at);
