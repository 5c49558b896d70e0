-- Oldest binary that may run on this schema: 0.1.0
-- One-time tickets with which a session opens a WebSocket; used within seconds, or never.
create table realtime_tickets (
  organization_id uuid not null,
  hash bytea not null,
  session_id uuid not null,
  expires_at timestamptz not null,
  constraint realtime_tickets_pkey primary key (organization_id, hash)
);
create index realtime_tickets_expiry_idx on realtime_tickets (organization_id, expires_at);
