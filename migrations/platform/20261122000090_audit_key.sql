-- Oldest binary that may run on this schema: 0.1.0
-- The key that signs checkpoints of audit logs, wrapped by a key of the installation. There is one.
create table audit_key (
  is_the_one boolean primary key constraint audit_key_one_check check (is_the_one),
  wrapped bytea not null,
  created_at timestamptz not null
);
