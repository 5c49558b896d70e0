-- Oldest binary that may run on this schema: 0.1.0
alter table statuses
  add column customer_name text,
  add column retired_at timestamptz,
  add column version bigint not null default 1;
