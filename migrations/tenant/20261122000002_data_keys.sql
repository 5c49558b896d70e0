-- Oldest binary that may run on this schema: 0.1.0
-- Keys that secrets in other tables are encrypted with, themselves wrapped by a key of the installation.
create table data_keys (
  organization_id uuid not null,
  id uuid not null,
  wrapped bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz,
  constraint data_keys_pkey primary key (organization_id, id)
);
