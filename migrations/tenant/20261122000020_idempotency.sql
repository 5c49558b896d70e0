-- Oldest binary that may run on this schema: 0.1.0
-- Answers to requests with an Idempotency-Key, kept for a day in case they are sent again.
-- The body is sealed, since some answers carry a secret; null when it was too long to be kept.
create table idempotency_keys (
  organization_id uuid not null,
  person_id uuid not null,
  operation text not null,
  key text not null,
  id uuid not null,
  fingerprint bytea not null,
  status integer not null,
  headers jsonb not null,
  body bytea,
  created_at timestamptz not null,
  constraint idempotency_keys_pkey primary key (organization_id, person_id, operation, key)
);
create index idempotency_keys_age_idx on idempotency_keys (organization_id, created_at);
