-- Oldest binary that may run on this schema: 0.1.0
-- Who did what, when, from where. The runtime role can only add rows.
create table audit_log (
  organization_id uuid not null,
  id uuid not null,
  occurred_at timestamptz not null,
  action text not null,
  actor_kind text not null
    constraint audit_log_actor_check check (actor_kind in ('user', 'customer', 'key', 'operator', 'system', 'anonymous')),
  actor_id uuid,
  actor_name text not null,
  impersonator_id uuid,
  session_id uuid,
  ip text,
  user_agent text,
  request_id text,
  entity_kind text not null,
  entity_id uuid,
  before jsonb,
  after jsonb,
  constraint audit_log_pkey primary key (organization_id, id)
);
create index audit_log_order_idx on audit_log (organization_id, occurred_at desc, id desc);
create index audit_log_entity_idx on audit_log (organization_id, entity_id, id);
create index audit_log_actor_idx on audit_log (organization_id, actor_id, id);
