-- Oldest binary that may run on this schema: 0.1.0
-- One-time links, each for one purpose. Only the hash of a link's secret is here: the secret itself
-- is derived from the installation's key and the id, when the link is shown or mailed.
create table links (
  organization_id uuid not null,
  id uuid not null,
  hash bytea not null,
  purpose text not null constraint links_purpose_check check (purpose in ('invitation', 'reset', 'registration')),
  -- The address it proves; a link ends when its person has another one.
  email text not null,
  person_kind text constraint links_person_kind_check check (person_kind in ('user', 'customer')),
  person_id uuid,
  -- What a registration asks for: a customer once the link is used, nobody before.
  name text,
  password_hash text,
  mailed_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint links_pkey primary key (organization_id, id),
  constraint links_hash_key unique (organization_id, hash),
  constraint links_person_check check ((purpose = 'registration') = (person_id is null) and (person_kind is null) = (person_id is null))
);
create index links_person_idx on links (organization_id, person_id) where person_id is not null;
create index links_email_idx on links (organization_id, email);
insert into links (organization_id, id, hash, purpose, email, person_kind, person_id, created_at, expires_at, used_at)
select i.organization_id, gen_random_uuid(), i.hash, 'invitation', coalesce(u.email, c.email), i.person_kind, i.person_id,
       i.created_at, i.expires_at, i.used_at
  from invitations i
  left join users u on i.person_kind = 'user' and u.organization_id = i.organization_id and u.id = i.person_id
  left join customers c on i.person_kind = 'customer' and c.organization_id = i.organization_id and c.id = i.person_id
 where coalesce(u.email, c.email) is not null;
drop table invitations;

-- When the session was refreshed last; null before the first time.
alter table sessions add column refreshed_at timestamptz;

-- Somebody removed keeps their name in the history; the address is free for another account.
alter table users add column removed_at timestamptz;
alter table users drop constraint users_status_check;
alter table users add constraint users_status_check check (status in ('active', 'suspended', 'removed') and (status = 'removed') = (removed_at is not null));
alter table users drop constraint users_email_key;
create unique index users_email_key on users (organization_id, email) where status <> 'removed';

alter table organization_settings add column customer_registration boolean not null default true;

-- Mails about an account belong to no ticket.
alter table outgoing_mails alter column ticket_id drop not null;
alter table outgoing_mails add column link_id uuid;
alter table outgoing_mails drop constraint outgoing_mails_kind_check;
alter table outgoing_mails add constraint outgoing_mails_kind_check check (
  kind in ('reply', 'created', 'assigned', 'updated', 'invitation', 'password_reset', 'registration', 'account_exists', 'password_changed'));
alter table outgoing_mails add constraint outgoing_mails_about_check check (
  (ticket_id is null) = (kind in ('invitation', 'password_reset', 'registration', 'account_exists', 'password_changed')));
alter table outgoing_mails add constraint outgoing_mails_link_fkey
  foreign key (organization_id, link_id) references links (organization_id, id) on delete set null (link_id);
create index outgoing_mails_link_idx on outgoing_mails (organization_id, link_id) where link_id is not null;
