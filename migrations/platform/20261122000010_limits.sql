-- Oldest binary that may run on this schema: 0.1.0
-- Failed tries (sign-in, one-time codes and links), by account and by peer, and mails that nobody known caused.
-- The nil organization stands for what belongs to none: peers, operators, addresses of no organization.
-- A row appears with the first failure and goes with a success, or when it is old.
create table attempts (
  organization_id uuid not null,
  purpose text not null,
  subject bytea not null constraint attempts_subject_check check (octet_length(subject) = 32),
  tried_at timestamptz[] not null,
  strikes integer not null,
  locked_until timestamptz,
  forget_at timestamptz not null,
  constraint attempts_pkey primary key (organization_id, purpose, subject)
);
create index attempts_forget_idx on attempts (forget_at);

-- Processes that serve; limits are shared out among those seen lately.
create table nodes (
  name text primary key,
  seen_at timestamptz not null
);
