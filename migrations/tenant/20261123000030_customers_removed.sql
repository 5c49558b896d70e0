-- Oldest binary that may run on this schema: 0.1.0
-- A customer who was removed keeps the name in every ticket; the address is free for another one.
-- Who comes back is what they were before: active, or suspended.
alter table customers add column removed_at timestamptz;
alter table customers add column removed_from text
  constraint customers_removed_from_check check (removed_from in ('active', 'suspended'));
alter table customers drop constraint customers_status_check;
alter table customers add constraint customers_status_check check (
  status in ('active', 'suspended', 'removed') and (status = 'removed') = (removed_at is not null)
  and (status = 'removed') = (removed_from is not null));
alter table customers drop constraint customers_email_key;
create unique index customers_email_key on customers (organization_id, email) where status <> 'removed';

-- Null for those who were removed before this was noted.
alter table users add column removed_from text constraint users_removed_from_check check (removed_from in ('active', 'suspended'));
