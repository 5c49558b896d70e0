-- Oldest binary that may run on this schema: 0.1.0
-- The chain over the audit log: each row carries the hash of its entry and of the row before it.
-- The runtime role can only add rows; the primary key decides who chains when two try at once.
create table audit_chain (
  organization_id uuid not null,
  seq bigint not null constraint audit_chain_seq_check check (seq > 0),
  entry_id uuid not null,
  version smallint not null,
  previous bytea not null constraint audit_chain_previous_check check (octet_length(previous) = 32),
  hash bytea not null constraint audit_chain_hash_check check (octet_length(hash) = 32),
  chained_at timestamptz not null,
  constraint audit_chain_pkey primary key (organization_id, seq),
  constraint audit_chain_entry_key unique (organization_id, entry_id)
);
-- Entries that wait to be chained: written with them, taken away by whoever chains them. Found by
-- being there, not by time or id, so that a slow commit is not missed.
create table audit_unchained (
  organization_id uuid not null,
  entry_id uuid not null,
  constraint audit_unchained_pkey primary key (organization_id, entry_id)
);
insert into audit_unchained (organization_id, entry_id) select organization_id, id from audit_log;
-- In byte order, so that a prefix such as `ticket.` is a range.
create index audit_log_action_idx on audit_log (organization_id, action collate "C", occurred_at desc, id desc);
