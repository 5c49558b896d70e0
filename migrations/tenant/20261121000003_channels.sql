-- Oldest binary that may run on this schema: 0.1.0
create table inbound_mails (
  organization_id uuid not null,
  id uuid not null,
  mailbox_id uuid not null,
  object_key text not null,
  size bigint not null,
  fingerprint text not null,
  mail_message_id text,
  sender text,
  subject text,
  state text not null default 'received'
    constraint inbound_mails_state_check check (state in ('received', 'accepted', 'bounce', 'quarantined')),
  reason text,
  ticket_id uuid,
  message_id uuid,
  received_at timestamptz not null,
  processed_at timestamptz,
  constraint inbound_mails_pkey primary key (organization_id, id),
  constraint inbound_mails_fingerprint_key unique (organization_id, mailbox_id, fingerprint),
  constraint inbound_mails_mailbox_fkey foreign key (organization_id, mailbox_id) references mailboxes (organization_id, id),
  constraint inbound_mails_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete set null (ticket_id),
  constraint inbound_mails_message_fkey foreign key (organization_id, message_id) references messages (organization_id, id) on delete set null (message_id)
);
create index inbound_mails_state_idx on inbound_mails (organization_id, state, received_at desc);

create index inbound_mails_ticket_idx on inbound_mails (organization_id, ticket_id);
create index inbound_mails_message_idx on inbound_mails (organization_id, message_id);

create table outgoing_mails (
  organization_id uuid not null,
  id uuid not null,
  subscriber text not null,
  event_id uuid not null,
  recipient text not null,
  kind text not null constraint outgoing_mails_kind_check check (kind in ('reply', 'created', 'assigned', 'updated')),
  ticket_id uuid not null,
  message_id uuid,
  mailbox_id uuid not null,
  is_automatic boolean not null,
  from_name text not null,
  recipient_name text,
  cc text[] not null default '{}',
  subject text not null,
  body_text text not null,
  body_html text not null,
  mail_message_id text not null,
  in_reply_to text,
  reference_ids text[] not null default '{}',
  state text not null default 'queued'
    constraint outgoing_mails_state_check check (state in ('queued', 'sent', 'caught', 'failed', 'suppressed')),
  error text,
  attempts integer not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint outgoing_mails_pkey primary key (organization_id, id),
  constraint outgoing_mails_event_key unique (organization_id, subscriber, event_id, recipient),
  constraint outgoing_mails_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint outgoing_mails_message_fkey foreign key (organization_id, message_id) references messages (organization_id, id) on delete cascade,
  constraint outgoing_mails_mailbox_fkey foreign key (organization_id, mailbox_id) references mailboxes (organization_id, id)
);
create index outgoing_mails_message_idx on outgoing_mails (organization_id, message_id);
create index outgoing_mails_ticket_idx on outgoing_mails (organization_id, ticket_id, created_at);
create index outgoing_mails_recipient_idx on outgoing_mails (organization_id, recipient, created_at) where is_automatic;
