-- Oldest binary that may run on this schema: 0.1.0
create table drafts (
  organization_id uuid not null,
  ticket_id uuid not null,
  user_id uuid not null,
  kind text not null constraint drafts_kind_check check (kind in ('reply', 'note')),
  rev bigint not null,
  body text not null default '',
  format text not null default 'markdown' constraint drafts_format_check check (format in ('markdown', 'html', 'text')),
  recipients text[],
  cc text[],
  attachments uuid[] not null default '{}',
  status text,
  updated_at timestamptz not null,
  -- A draft that was sent or thrown away leaves its revision, so that no save that is on its way brings it back.
  deleted_at timestamptz,
  constraint drafts_pkey primary key (organization_id, ticket_id, user_id, kind),
  constraint drafts_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint drafts_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index drafts_user_idx on drafts (organization_id, user_id);

-- Messages that their authors may still take back; nobody else knows of them.
create table held_messages (
  organization_id uuid not null,
  id uuid not null,
  ticket_id uuid not null,
  user_id uuid not null,
  request jsonb not null,
  release_at timestamptz not null,
  created_at timestamptz not null,
  constraint held_messages_pkey primary key (organization_id, id),
  constraint held_messages_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint held_messages_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index held_messages_ticket_idx on held_messages (organization_id, ticket_id, user_id);
create index held_messages_user_idx on held_messages (organization_id, user_id);
