-- Oldest binary that may run on this schema: 0.1.0
-- Who was named in a note, alone or as one of a team.
create table mentions (
  organization_id uuid not null,
  message_id uuid not null,
  user_id uuid not null,
  ticket_id uuid not null,
  team_id uuid,
  created_at timestamptz not null,
  constraint mentions_pkey primary key (organization_id, message_id, user_id),
  constraint mentions_message_fkey foreign key (organization_id, message_id) references messages (organization_id, id) on delete cascade,
  constraint mentions_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
  constraint mentions_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade,
  constraint mentions_team_fkey foreign key (organization_id, team_id) references teams (organization_id, id) on delete set null (team_id)
);
create index mentions_user_idx on mentions (organization_id, user_id, ticket_id);
create index mentions_ticket_idx on mentions (organization_id, ticket_id);
create index mentions_team_idx on mentions (organization_id, team_id) where team_id is not null;

create table notifications (
  organization_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  event_id uuid not null,
  kind text not null,
  ticket_id uuid not null,
  message_id uuid,
  actor_kind text not null,
  actor_id uuid,
  actor_name text not null,
  details jsonb not null default '{}',
  -- Whether it stands in the list; some people want mail only.
  in_app boolean not null,
  -- From when browsers show it; never when null.
  browser_from timestamptz,
  -- From when mail about it leaves; never when null.
  email_from timestamptz,
  created_at timestamptz not null,
  read_at timestamptz,
  constraint notifications_pkey primary key (organization_id, id),
  constraint notifications_event_key unique (organization_id, user_id, event_id),
  constraint notifications_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
  constraint notifications_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);
create index notifications_list_idx on notifications (organization_id, user_id, created_at desc, id desc) where in_app;
create index notifications_unread_idx on notifications (organization_id, user_id) where in_app and read_at is null;
create index notifications_ticket_idx on notifications (organization_id, ticket_id);
create index notifications_age_idx on notifications (organization_id, created_at);

create table notification_settings (
  organization_id uuid not null,
  user_id uuid not null,
  preferences jsonb not null default '{}',
  -- Minutes of the person's day; both or neither.
  quiet_from smallint,
  quiet_until smallint,
  version bigint not null default 1,
  updated_at timestamptz not null,
  constraint notification_settings_pkey primary key (organization_id, user_id),
  constraint notification_settings_user_fkey foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
  constraint notification_settings_quiet_check check ((quiet_from is null) = (quiet_until is null))
);

-- Which deadlines were found to be near or past, so that each is told once.
create table sla_marks (
  organization_id uuid not null,
  ticket_id uuid not null,
  clock text not null constraint sla_marks_clock_check check (clock in ('first_response', 'resolution')),
  state text not null constraint sla_marks_state_check check (state in ('at_risk', 'breached')),
  due_at timestamptz not null,
  noted_at timestamptz not null,
  constraint sla_marks_pkey primary key (organization_id, ticket_id, clock, state, due_at),
  constraint sla_marks_ticket_fkey foreign key (organization_id, ticket_id) references tickets (organization_id, id) on delete cascade
);

alter table outgoing_mails drop constraint outgoing_mails_kind_check;
alter table outgoing_mails add constraint outgoing_mails_kind_check check (
  kind in ('reply', 'created', 'assigned', 'updated', 'team_assigned', 'mentioned', 'deadline', 'not_sent', 'invitation', 'password_reset',
    'registration', 'account_exists', 'password_changed'));
