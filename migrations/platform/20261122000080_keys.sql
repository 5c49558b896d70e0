-- Oldest binary that may run on this schema: 0.1.0
-- Keys that sign access tokens, wrapped by a key of the installation. The newest signs; others verify until they end.
create table signing_keys (
  id uuid primary key,
  wrapped bytea not null,
  created_at timestamptz not null,
  ends_at timestamptz
);

-- What operators and the command line did to the installation. Rows can only be added.
create table operator_log (
  id uuid primary key,
  occurred_at timestamptz not null,
  operator_id uuid,
  operator_email text,
  action text not null,
  organization_id uuid,
  organization_slug text,
  details jsonb not null,
  ip text,
  request_id text
);
create index operator_log_order_idx on operator_log (occurred_at desc, id desc);
create index operator_log_organization_idx on operator_log (organization_id, occurred_at desc);
