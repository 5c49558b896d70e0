-- Oldest binary that may run on this schema: 0.1.0
-- One row for each move of an organization's rows to another schema. It says what is left to do
-- when the process that moves is killed: 'copying' until the flip, in whose transaction it becomes
-- 'cleaning', and 'done' when nothing of the organization is left in the old place.
create table moves (
  id uuid primary key,
  organization_id uuid not null constraint moves_organization_fkey references organizations (id) on delete cascade,
  from_schema text not null,
  to_schema text not null,
  state text not null constraint moves_state_check check (state in ('copying', 'cleaning', 'done', 'cancelled')),
  row_count bigint,
  blocked_ms bigint,
  started_at timestamptz not null,
  flipped_at timestamptz,
  finished_at timestamptz
);
create unique index moves_open_key on moves (organization_id) where state in ('copying', 'cleaning');
create index moves_organization_idx on moves (organization_id, started_at desc);

-- An organization that is deleted stays for a while, closed, and can be restored.
alter table organizations add column delete_after timestamptz;
alter table organizations add column status_before_deletion text;
alter table organizations drop constraint organizations_status_check;
alter table organizations add constraint organizations_status_check check (status in ('active', 'suspended', 'deleting'));
alter table organizations add constraint organizations_deletion_check
  check ((status = 'deleting') = (delete_after is not null) and (status = 'deleting') = (status_before_deletion is not null));

-- Names of organizations that were removed. Nobody gets them for a while, since others still point at them.
create table released_names (
  kind text not null constraint released_names_kind_check check (kind in ('slug', 'domain')),
  name text not null,
  organization_id uuid not null,
  free_at timestamptz not null,
  constraint released_names_pkey primary key (kind, name)
);
