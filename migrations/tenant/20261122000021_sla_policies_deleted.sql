-- Oldest binary that may run on this schema: 0.1.0
-- Deleted policies can be restored; until then they count for nothing.
alter table sla_policies add column deleted_at timestamptz;
drop index sla_policies_active_key;
create unique index sla_policies_active_key on sla_policies (organization_id, priority) where is_active and deleted_at is null;
