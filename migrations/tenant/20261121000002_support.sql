-- Oldest binary that may run on this schema: 0.1.0
create table statuses (
  organization_id uuid not null,
  key text not null,
  name text not null,
  category text not null
    constraint statuses_category_check check (category in ('new', 'open', 'pending', 'on_hold', 'resolved', 'closed')),
  position smallint not null,
  constraint statuses_pkey primary key (organization_id, key)
);

create table sla_policies (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  priority text not null constraint sla_policies_priority_check check (priority in ('low', 'medium', 'high', 'urgent')),
  resolution_time integer not null constraint sla_policies_resolution_check check (resolution_time between 0 and 5256000),
  response_time integer not null constraint sla_policies_response_check check (response_time between 0 and 5256000),
  is_active boolean not null,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint sla_policies_pkey primary key (organization_id, id)
);
create unique index sla_policies_active_key on sla_policies (organization_id, priority) where is_active;
create index sla_policies_created_idx on sla_policies (organization_id, created_at, id);

create table mailboxes (
  organization_id uuid not null,
  id uuid not null,
  address text not null,
  name text not null,
  is_default boolean not null,
  created_at timestamptz not null,
  constraint mailboxes_pkey primary key (organization_id, id),
  constraint mailboxes_address_key unique (organization_id, address)
);
create unique index mailboxes_default_key on mailboxes (organization_id) where is_default;

create table mail_templates (
  organization_id uuid not null,
  key text not null,
  subject text not null,
  body text not null,
  updated_at timestamptz not null,
  constraint mail_templates_pkey primary key (organization_id, key)
);

create table tickets (
  organization_id uuid not null,
  id uuid not null,
  number bigint not null,
  reference text not null,
  subject text not null,
  status text not null,
  status_category text not null
    constraint tickets_status_category_check check (status_category in ('new', 'open', 'pending', 'on_hold', 'resolved', 'closed')),
  priority text not null constraint tickets_priority_check check (priority in ('low', 'medium', 'high', 'urgent')),
  priority_rank smallint not null generated always as (
    case priority when 'urgent' then 4 when 'high' then 3 when 'medium' then 2 else 1 end
  ) stored,
  type text not null constraint tickets_type_check check (type in ('question', 'incident', 'problem', 'task')),
  channel text not null
    constraint tickets_channel_check check (channel in ('email', 'web', 'portal', 'chat', 'phone', 'api', 'sms', 'social', 'iot')),
  source text,
  category text,
  customer_id uuid,
  assignee_id uuid,
  team_id uuid,
  sla_policy_id uuid,
  first_response_due_at timestamptz not null,
  resolution_due_at timestamptz not null,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  reopened_count integer not null default 0,
  follow_up_of uuid,
  mailbox_id uuid,
  custom_fields jsonb not null default '{}',
  csat smallint constraint tickets_csat_check check (csat between 1 and 5),
  message_count integer not null default 0,
  public_message_count integer not null default 0,
  external_id text,
  search tsvector generated always as (
    -- Punctuation is blanked out, as words() does with a query: else the parser reads TK-2026-00042 as negative numbers.
    to_tsvector('simple'::regconfig, translate(
      subject || ' ' || reference || ' ' || number::text || ' ' || coalesce(external_id, ''),
      '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
  ) stored,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  constraint tickets_pkey primary key (organization_id, id),
  constraint tickets_number_key unique (organization_id, number),
  constraint tickets_external_id_key unique (organization_id, external_id),
  constraint tickets_status_fkey foreign key (organization_id, status) references statuses (organization_id, key),
  constraint tickets_customer_fkey foreign key (organization_id, customer_id) references customers (organization_id, id),
  constraint tickets_assignee_fkey foreign key (organization_id, assignee_id) references users (organization_id, id),
  constraint tickets_team_fkey foreign key (organization_id, team_id) references teams (organization_id, id),
  constraint tickets_sla_policy_fkey foreign key (organization_id, sla_policy_id) references sla_policies (organization_id, id),
  constraint tickets_follow_up_fkey foreign key (organization_id, follow_up_of) references tickets (organization_id, id),
  constraint tickets_mailbox_fkey foreign key (organization_id, mailbox_id) references mailboxes (organization_id, id)
);
create index tickets_created_idx on tickets (organization_id, created_at desc, id desc) where deleted_at is null;
create index tickets_updated_idx on tickets (organization_id, updated_at desc, id desc) where deleted_at is null;
create index tickets_status_idx on tickets (organization_id, status, created_at desc, id desc) where deleted_at is null;
create index tickets_category_idx on tickets (organization_id, status_category, created_at desc, id desc) where deleted_at is null;
create index tickets_priority_idx on tickets (organization_id, priority_rank desc, id desc) where deleted_at is null;
create index tickets_assignee_idx on tickets (organization_id, assignee_id, created_at desc, id desc) where deleted_at is null;
create index tickets_team_idx on tickets (organization_id, team_id, created_at desc, id desc);
create index tickets_sla_policy_idx on tickets (organization_id, sla_policy_id);
create index tickets_mailbox_idx on tickets (organization_id, mailbox_id) where mailbox_id is not null;
create index tickets_follow_up_idx on tickets (organization_id, follow_up_of) where follow_up_of is not null;
create index tickets_topic_idx on tickets (organization_id, category, created_at desc, id desc) where deleted_at is null;
create index tickets_customer_idx on tickets (organization_id, customer_id, created_at desc, id desc);
create index tickets_due_idx on tickets (organization_id, resolution_due_at, id)
  where deleted_at is null and status_category in ('new', 'open', 'pending', 'on_hold');
create index tickets_all_due_idx on tickets (organization_id, resolution_due_at, id) where deleted_at is null;
create index tickets_search_idx on tickets using gin (organization_id ext.uuid_ops, search);

create table ticket_tags (
  organization_id uuid not null,
  ticket_id uuid not null,
  tag text not null constraint ticket_tags_tag_check check (length(tag) between 1 and 50),
  constraint ticket_tags_pkey primary key (organization_id, ticket_id, tag),
  constraint ticket_tags_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);
create index ticket_tags_tag_idx on ticket_tags (organization_id, tag, ticket_id);

create table ticket_watchers (
  organization_id uuid not null,
  ticket_id uuid not null,
  user_id uuid not null,
  constraint ticket_watchers_pkey primary key (organization_id, ticket_id, user_id),
  constraint ticket_watchers_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint ticket_watchers_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);

create index ticket_watchers_user_idx on ticket_watchers (organization_id, user_id);

-- Addresses that take part in a ticket beside its customer.
create table ticket_ccs (
  organization_id uuid not null,
  ticket_id uuid not null,
  email text not null,
  constraint ticket_ccs_pkey primary key (organization_id, ticket_id, email),
  constraint ticket_ccs_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);

-- Up to which message somebody of the staff has read a ticket.
create table ticket_reads (
  organization_id uuid not null,
  ticket_id uuid not null,
  user_id uuid not null,
  seq integer not null,
  constraint ticket_reads_pkey primary key (organization_id, ticket_id, user_id),
  constraint ticket_reads_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint ticket_reads_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);

create index ticket_reads_user_idx on ticket_reads (organization_id, user_id);

create table messages (
  organization_id uuid not null,
  id uuid not null,
  ticket_id uuid not null,
  seq integer not null,
  visibility text not null constraint messages_visibility_check check (visibility in ('public', 'internal')),
  direction text not null constraint messages_direction_check check (direction in ('in', 'out', 'system')),
  author_kind text not null constraint messages_author_check check (author_kind in ('user', 'customer', 'system')),
  author_id uuid,
  author_name text not null,
  body text not null,
  format text not null constraint messages_format_check check (format in ('markdown', 'html', 'text')),
  body_text text not null,
  recipients text[] not null default '{}',
  cc text[] not null default '{}',
  is_automatic boolean not null default false,
  mail_message_id text,
  delivery_state text not null default 'none'
    constraint messages_delivery_check check (delivery_state in ('none', 'held', 'queued', 'sent', 'caught', 'failed')),
  delivery_error text,
  delivery_attempts integer not null default 0,
  search tsvector generated always as (
    to_tsvector('simple'::regconfig, translate(left(body_text, 200000),
      '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
  ) stored,
  created_at timestamptz not null,
  constraint messages_pkey primary key (organization_id, id),
  constraint messages_seq_key unique (organization_id, ticket_id, seq),
  constraint messages_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);
create index messages_mail_idx on messages (organization_id, mail_message_id) where mail_message_id is not null;
create index messages_search_idx on messages using gin (organization_id ext.uuid_ops, search);

create table ticket_history (
  organization_id uuid not null,
  id uuid not null,
  ticket_id uuid not null,
  actor_kind text not null constraint ticket_history_actor_check check (actor_kind in ('user', 'customer', 'system')),
  actor_id uuid,
  actor_name text not null,
  field text not null,
  old_value text,
  new_value text,
  reason text,
  created_at timestamptz not null,
  constraint ticket_history_pkey primary key (organization_id, id),
  constraint ticket_history_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);
create index ticket_history_ticket_idx on ticket_history (organization_id, ticket_id, created_at, id);

create table files (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  content_type text not null,
  size bigint not null,
  sha256 bytea not null,
  object_key text not null,
  message_id uuid,
  content_id text,
  uploader_kind text not null constraint files_uploader_check check (uploader_kind in ('user', 'customer', 'system')),
  uploader_id uuid,
  created_at timestamptz not null,
  constraint files_pkey primary key (organization_id, id),
  constraint files_message_fkey foreign key (organization_id, message_id) references messages (organization_id, id) on delete cascade
);
create index files_message_idx on files (organization_id, message_id);
