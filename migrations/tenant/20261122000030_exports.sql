-- Oldest binary that may run on this schema: 0.1.0
-- Archives of the organization that administrators asked for.
create table organization_exports (
  organization_id uuid not null,
  id uuid not null,
  state text not null
    constraint organization_exports_state_check check (state in ('queued', 'running', 'ready', 'failed', 'expired')),
  progress smallint not null default 0 constraint organization_exports_progress_check check (progress between 0 and 100),
  size bigint,
  error text,
  requested_by uuid,
  requested_by_name text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  expires_at timestamptz,
  constraint organization_exports_pkey primary key (organization_id, id)
);
create unique index organization_exports_open_key on organization_exports (organization_id) where state in ('queued', 'running');
create index organization_exports_created_idx on organization_exports (organization_id, created_at desc, id desc);
