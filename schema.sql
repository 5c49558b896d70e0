-- Written by scripts/generate.sh from the migrations; what the tables are in the end.

platform.attempts
  organization_id uuid not null
  purpose text not null
  subject bytea not null
  tried_at timestamp with time zone[] not null
  strikes integer not null
  locked_until timestamp with time zone
  forget_at timestamp with time zone not null
  constraint attempts_pkey PRIMARY KEY (organization_id, purpose, subject)
  constraint attempts_subject_check CHECK ((octet_length(subject) = 32))
  CREATE INDEX attempts_forget_idx ON platform.attempts USING btree (forget_at)

platform.audit_key
  is_the_one boolean not null
  wrapped bytea not null
  created_at timestamp with time zone not null
  constraint audit_key_one_check CHECK (is_the_one)
  constraint audit_key_pkey PRIMARY KEY (is_the_one)

platform.domains
  domain text not null
  organization_id uuid not null
  verified_at timestamp with time zone
  created_at timestamp with time zone not null
  challenge text not null
  proof text
  checked_at timestamp with time zone
  failing_since timestamp with time zone
  constraint domains_organization_fkey FOREIGN KEY (organization_id) REFERENCES platform.organizations(id) ON DELETE CASCADE
  constraint domains_pkey PRIMARY KEY (organization_id, domain)
  constraint domains_proof_check CHECK ((((verified_at IS NULL) = (proof IS NULL)) AND (proof = ANY (ARRAY['dns'::text, 'operator'::text]))))
  CREATE UNIQUE INDEX domains_verified_key ON platform.domains USING btree (domain) WHERE (verified_at IS NOT NULL)

platform.feed
  seq bigint not null identity
  organization_id uuid not null
  event_id uuid not null
  topic text not null
  entity_id uuid not null
  payload jsonb not null
  occurred_at timestamp with time zone not null
  constraint feed_event_key UNIQUE (event_id)
  constraint feed_pkey PRIMARY KEY (seq)
  CREATE INDEX feed_organization_idx ON platform.feed USING btree (organization_id, seq)

platform.jobs
  id uuid not null
  organization_id uuid not null
  kind text not null
  payload jsonb not null default '{}'::jsonb
  priority smallint not null default 0
  run_at timestamp with time zone not null
  attempts integer not null default 0
  max_attempts integer not null default 20
  state text not null default 'ready'::text
  lease_token uuid
  lease_until timestamp with time zone
  leased_by text
  last_error text
  dedupe_key text
  created_at timestamp with time zone not null
  died_at timestamp with time zone
  constraint jobs_dedupe_key UNIQUE (dedupe_key)
  constraint jobs_pkey PRIMARY KEY (id)
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'leased'::text, 'dead'::text])))
  CREATE INDEX jobs_dead_idx ON platform.jobs USING btree (organization_id, died_at DESC) WHERE (state = 'dead'::text)
  CREATE INDEX jobs_lease_idx ON platform.jobs USING btree (lease_until) WHERE (state = 'leased'::text)
  CREATE INDEX jobs_ready_idx ON platform.jobs USING btree (organization_id, priority DESC, run_at, id) WHERE (state = 'ready'::text)

platform.logins
  email text not null
  organization_id uuid not null
  constraint logins_organization_fkey FOREIGN KEY (organization_id) REFERENCES platform.organizations(id) ON DELETE CASCADE
  constraint logins_pkey PRIMARY KEY (email, organization_id)

platform.mail_addresses
  address text not null
  organization_id uuid not null
  mailbox_id uuid not null
  constraint mail_addresses_organization_fkey FOREIGN KEY (organization_id) REFERENCES platform.organizations(id) ON DELETE CASCADE
  constraint mail_addresses_pkey PRIMARY KEY (address)

platform.moves
  id uuid not null
  organization_id uuid not null
  from_schema text not null
  to_schema text not null
  state text not null
  row_count bigint
  blocked_ms bigint
  started_at timestamp with time zone not null
  flipped_at timestamp with time zone
  finished_at timestamp with time zone
  constraint moves_organization_fkey FOREIGN KEY (organization_id) REFERENCES platform.organizations(id) ON DELETE CASCADE
  constraint moves_pkey PRIMARY KEY (id)
  constraint moves_state_check CHECK ((state = ANY (ARRAY['copying'::text, 'cleaning'::text, 'done'::text, 'cancelled'::text])))
  CREATE UNIQUE INDEX moves_open_key ON platform.moves USING btree (organization_id) WHERE (state = ANY (ARRAY['copying'::text, 'cleaning'::text]))
  CREATE INDEX moves_organization_idx ON platform.moves USING btree (organization_id, started_at DESC)

platform.nodes
  name text not null
  seen_at timestamp with time zone not null
  constraint nodes_pkey PRIMARY KEY (name)

platform.operator_log
  id uuid not null
  occurred_at timestamp with time zone not null
  operator_id uuid
  operator_email text
  action text not null
  organization_id uuid
  organization_slug text
  details jsonb not null
  ip text
  request_id text
  constraint operator_log_pkey PRIMARY KEY (id)
  CREATE INDEX operator_log_order_idx ON platform.operator_log USING btree (occurred_at DESC, id DESC)
  CREATE INDEX operator_log_organization_idx ON platform.operator_log USING btree (organization_id, occurred_at DESC)

platform.operator_sessions
  id uuid not null
  operator_id uuid not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  revoked_at timestamp with time zone
  constraint operator_sessions_operator_fkey FOREIGN KEY (operator_id) REFERENCES platform.operators(id) ON DELETE CASCADE
  constraint operator_sessions_pkey PRIMARY KEY (id)
  CREATE INDEX operator_sessions_operator_idx ON platform.operator_sessions USING btree (operator_id)

platform.operators
  id uuid not null
  email text not null
  password_hash text not null
  created_at timestamp with time zone not null
  constraint operators_email_key UNIQUE (email)
  constraint operators_pkey PRIMARY KEY (id)

platform.organizations
  id uuid not null
  slug text not null
  name text not null
  schema_name text not null
  status text not null default 'active'::text
  placement_version integer not null default 1
  created_at timestamp with time zone not null
  delete_after timestamp with time zone
  status_before_deletion text
  skeleton text
  constraint organizations_deletion_check CHECK ((((status = 'deleting'::text) = (delete_after IS NOT NULL)) AND ((status = 'deleting'::text) = (status_before_deletion IS NOT NULL))))
  constraint organizations_pkey PRIMARY KEY (id)
  constraint organizations_schema_name_check CHECK (((schema_name = 'shared'::text) OR (schema_name ~ '^t_[0-9a-z]{26}$'::text)))
  constraint organizations_skeleton_key UNIQUE (skeleton)
  constraint organizations_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))
  constraint organizations_slug_key UNIQUE (slug)
  constraint organizations_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'deleting'::text])))

platform.released_names
  kind text not null
  name text not null
  organization_id uuid not null
  free_at timestamp with time zone not null
  constraint released_names_kind_check CHECK ((kind = ANY (ARRAY['slug'::text, 'domain'::text])))
  constraint released_names_pkey PRIMARY KEY (kind, name)

platform.replaceables
  schema_name text not null
  name text not null
  hash text not null
  constraint replaceables_pkey PRIMARY KEY (schema_name, name)

platform.schedule_runs
  schedule text not null
  due_at timestamp with time zone not null
  job_id uuid not null
  constraint schedule_runs_pkey PRIMARY KEY (schedule, due_at)

platform.signing_keys
  id uuid not null
  wrapped bytea not null
  created_at timestamp with time zone not null
  ends_at timestamp with time zone
  constraint signing_keys_pkey PRIMARY KEY (id)

shared.api_keys (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  name text not null
  scopes text[] not null
  hash bytea not null
  created_by uuid not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint api_keys_created_by_fkey FOREIGN KEY (organization_id, created_by) REFERENCES shared.users(organization_id, id)
  constraint api_keys_pkey PRIMARY KEY (organization_id, id)
  CREATE INDEX api_keys_created_by_idx ON shared.api_keys USING btree (organization_id, created_by)
  CREATE INDEX api_keys_created_idx ON shared.api_keys USING btree (organization_id, created_at DESC, id DESC)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.audit_chain (row-level security, forced)
  organization_id uuid not null
  seq bigint not null
  entry_id uuid not null
  version smallint not null
  previous bytea not null
  hash bytea not null
  chained_at timestamp with time zone not null
  constraint audit_chain_entry_key UNIQUE (organization_id, entry_id)
  constraint audit_chain_hash_check CHECK ((octet_length(hash) = 32))
  constraint audit_chain_pkey PRIMARY KEY (organization_id, seq)
  constraint audit_chain_previous_check CHECK ((octet_length(previous) = 32))
  constraint audit_chain_seq_check CHECK ((seq > 0))
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.audit_log (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  occurred_at timestamp with time zone not null
  action text not null
  actor_kind text not null
  actor_id uuid
  actor_name text not null
  impersonator_id uuid
  session_id uuid
  ip text
  user_agent text
  request_id text
  entity_kind text not null
  entity_id uuid
  before jsonb
  after jsonb
  constraint audit_log_actor_check CHECK ((actor_kind = ANY (ARRAY['user'::text, 'customer'::text, 'key'::text, 'operator'::text, 'system'::text, 'anonymous'::text])))
  constraint audit_log_pkey PRIMARY KEY (organization_id, id)
  CREATE INDEX audit_log_action_idx ON shared.audit_log USING btree (organization_id, action COLLATE "C", occurred_at DESC, id DESC)
  CREATE INDEX audit_log_actor_idx ON shared.audit_log USING btree (organization_id, actor_id, id)
  CREATE INDEX audit_log_entity_idx ON shared.audit_log USING btree (organization_id, entity_id, id)
  CREATE INDEX audit_log_order_idx ON shared.audit_log USING btree (organization_id, occurred_at DESC, id DESC)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.audit_unchained (row-level security, forced)
  organization_id uuid not null
  entry_id uuid not null
  constraint audit_unchained_pkey PRIMARY KEY (organization_id, entry_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.customers (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  email text not null
  name text not null
  phone text
  company text
  password_hash text
  status text not null default 'active'::text
  email_verified_at timestamp with time zone
  undeliverable_since timestamp with time zone
  search tsvector generated to_tsvector('simple'::regconfig, translate(((((((name || ' '::text) || email) || ' '::text) || COALESCE(company, ''::text)) || ' '::text) || COALESCE(phone, ''::text)), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~'::text, repeat(' '::text, 32)))
  version bigint not null default 1
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  removed_at timestamp with time zone
  removed_from text
  constraint customers_pkey PRIMARY KEY (organization_id, id)
  constraint customers_removed_from_check CHECK ((removed_from = ANY (ARRAY['active'::text, 'suspended'::text])))
  constraint customers_status_check CHECK (((status = ANY (ARRAY['active'::text, 'suspended'::text, 'removed'::text])) AND ((status = 'removed'::text) = (removed_at IS NOT NULL)) AND ((status = 'removed'::text) = (removed_from IS NOT NULL))))
  CREATE INDEX customers_company_idx ON shared.customers USING btree (organization_id, company)
  CREATE INDEX customers_created_idx ON shared.customers USING btree (organization_id, created_at DESC, id)
  CREATE UNIQUE INDEX customers_email_key ON shared.customers USING btree (organization_id, email) WHERE (status <> 'removed'::text)
  CREATE INDEX customers_name_idx ON shared.customers USING btree (organization_id, name, id)
  CREATE INDEX customers_search_idx ON shared.customers USING gin (organization_id, search)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.data_keys (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  wrapped bytea not null
  created_at timestamp with time zone not null
  retired_at timestamp with time zone
  constraint data_keys_pkey PRIMARY KEY (organization_id, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.drafts (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  user_id uuid not null
  kind text not null
  rev bigint not null
  body text not null default ''::text
  format text not null default 'markdown'::text
  recipients text[]
  cc text[]
  attachments uuid[] not null default '{}'::uuid[]
  status text
  updated_at timestamp with time zone not null
  deleted_at timestamp with time zone
  constraint drafts_format_check CHECK ((format = ANY (ARRAY['markdown'::text, 'html'::text, 'text'::text])))
  constraint drafts_kind_check CHECK ((kind = ANY (ARRAY['reply'::text, 'note'::text])))
  constraint drafts_pkey PRIMARY KEY (organization_id, ticket_id, user_id, kind)
  constraint drafts_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint drafts_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX drafts_user_idx ON shared.drafts USING btree (organization_id, user_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.files (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  name text not null
  content_type text not null
  size bigint not null
  sha256 bytea not null
  object_key text not null
  message_id uuid
  content_id text
  uploader_kind text not null
  uploader_id uuid
  created_at timestamp with time zone not null
  constraint files_message_fkey FOREIGN KEY (organization_id, message_id) REFERENCES shared.messages(organization_id, id) ON DELETE CASCADE
  constraint files_pkey PRIMARY KEY (organization_id, id)
  constraint files_uploader_check CHECK ((uploader_kind = ANY (ARRAY['user'::text, 'customer'::text, 'key'::text, 'system'::text])))
  CREATE INDEX files_message_idx ON shared.files USING btree (organization_id, message_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.held_messages (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  ticket_id uuid not null
  user_id uuid not null
  request jsonb not null
  release_at timestamp with time zone not null
  created_at timestamp with time zone not null
  constraint held_messages_pkey PRIMARY KEY (organization_id, id)
  constraint held_messages_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint held_messages_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX held_messages_ticket_idx ON shared.held_messages USING btree (organization_id, ticket_id, user_id)
  CREATE INDEX held_messages_user_idx ON shared.held_messages USING btree (organization_id, user_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.idempotency_keys (row-level security, forced)
  organization_id uuid not null
  person_id uuid not null
  operation text not null
  key text not null
  id uuid not null
  fingerprint bytea not null
  status integer not null
  headers jsonb not null
  body bytea
  created_at timestamp with time zone not null
  constraint idempotency_keys_pkey PRIMARY KEY (organization_id, person_id, operation, key)
  CREATE INDEX idempotency_keys_age_idx ON shared.idempotency_keys USING btree (organization_id, created_at)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.identities (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  provider_id uuid not null
  issuer text not null
  subject text not null
  person_kind text not null
  person_id uuid not null
  email text
  created_at timestamp with time zone not null
  last_used_at timestamp with time zone
  constraint identities_person_check CHECK ((person_kind = ANY (ARRAY['user'::text, 'customer'::text])))
  constraint identities_pkey PRIMARY KEY (organization_id, id)
  constraint identities_provider_fkey FOREIGN KEY (organization_id, provider_id) REFERENCES shared.identity_providers(organization_id, id) ON DELETE CASCADE
  constraint identities_subject_key UNIQUE (organization_id, provider_id, issuer, subject)
  CREATE INDEX identities_person_idx ON shared.identities USING btree (organization_id, person_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.identity_providers (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  name text not null
  issuer text not null
  client_id text not null
  client_secret bytea not null
  scopes text[] not null
  is_active boolean not null
  customers boolean not null
  create_users boolean not null
  default_role text
  link_verified_email boolean not null
  allowed_domains text[] not null
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  constraint identity_providers_name_key UNIQUE (organization_id, name)
  constraint identity_providers_pkey PRIMARY KEY (organization_id, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.inbound_mails (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  mailbox_id uuid not null
  object_key text not null
  size bigint not null
  fingerprint text not null
  mail_message_id text
  sender text
  subject text
  state text not null default 'received'::text
  reason text
  ticket_id uuid
  message_id uuid
  received_at timestamp with time zone not null
  processed_at timestamp with time zone
  constraint inbound_mails_fingerprint_key UNIQUE (organization_id, mailbox_id, fingerprint)
  constraint inbound_mails_mailbox_fkey FOREIGN KEY (organization_id, mailbox_id) REFERENCES shared.mailboxes(organization_id, id)
  constraint inbound_mails_message_fkey FOREIGN KEY (organization_id, message_id) REFERENCES shared.messages(organization_id, id) ON DELETE SET NULL (message_id)
  constraint inbound_mails_pkey PRIMARY KEY (organization_id, id)
  constraint inbound_mails_state_check CHECK ((state = ANY (ARRAY['received'::text, 'accepted'::text, 'bounce'::text, 'quarantined'::text, 'discarded'::text])))
  constraint inbound_mails_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE SET NULL (ticket_id)
  CREATE INDEX inbound_mails_message_idx ON shared.inbound_mails USING btree (organization_id, message_id)
  CREATE INDEX inbound_mails_state_idx ON shared.inbound_mails USING btree (organization_id, state, received_at DESC)
  CREATE INDEX inbound_mails_ticket_idx ON shared.inbound_mails USING btree (organization_id, ticket_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.links (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  hash bytea not null
  purpose text not null
  email text not null
  person_kind text
  person_id uuid
  name text
  password_hash text
  mailed_at timestamp with time zone
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint links_hash_key UNIQUE (organization_id, hash)
  constraint links_person_check CHECK ((((purpose = 'registration'::text) = (person_id IS NULL)) AND ((person_kind IS NULL) = (person_id IS NULL))))
  constraint links_person_kind_check CHECK ((person_kind = ANY (ARRAY['user'::text, 'customer'::text])))
  constraint links_pkey PRIMARY KEY (organization_id, id)
  constraint links_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'reset'::text, 'registration'::text])))
  CREATE INDEX links_email_idx ON shared.links USING btree (organization_id, email)
  CREATE INDEX links_person_idx ON shared.links USING btree (organization_id, person_id) WHERE (person_id IS NOT NULL)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.mail_templates (row-level security, forced)
  organization_id uuid not null
  key text not null
  subject text not null
  body text not null
  updated_at timestamp with time zone not null
  constraint mail_templates_pkey PRIMARY KEY (organization_id, key)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.mailboxes (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  address text not null
  name text not null
  is_default boolean not null
  created_at timestamp with time zone not null
  constraint mailboxes_address_key UNIQUE (organization_id, address)
  constraint mailboxes_pkey PRIMARY KEY (organization_id, id)
  CREATE UNIQUE INDEX mailboxes_default_key ON shared.mailboxes USING btree (organization_id) WHERE is_default
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.mentions (row-level security, forced)
  organization_id uuid not null
  message_id uuid not null
  user_id uuid not null
  ticket_id uuid not null
  team_id uuid
  created_at timestamp with time zone not null
  constraint mentions_message_fkey FOREIGN KEY (organization_id, message_id) REFERENCES shared.messages(organization_id, id) ON DELETE CASCADE
  constraint mentions_pkey PRIMARY KEY (organization_id, message_id, user_id)
  constraint mentions_team_fkey FOREIGN KEY (organization_id, team_id) REFERENCES shared.teams(organization_id, id) ON DELETE SET NULL (team_id)
  constraint mentions_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint mentions_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX mentions_team_idx ON shared.mentions USING btree (organization_id, team_id) WHERE (team_id IS NOT NULL)
  CREATE INDEX mentions_ticket_idx ON shared.mentions USING btree (organization_id, ticket_id)
  CREATE INDEX mentions_user_idx ON shared.mentions USING btree (organization_id, user_id, ticket_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.messages (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  ticket_id uuid not null
  seq integer not null
  visibility text not null
  direction text not null
  author_kind text not null
  author_id uuid
  author_name text not null
  body text not null
  format text not null
  body_text text not null
  recipients text[] not null default '{}'::text[]
  cc text[] not null default '{}'::text[]
  is_automatic boolean not null default false
  mail_message_id text
  delivery_state text not null default 'none'::text
  delivery_error text
  delivery_attempts integer not null default 0
  search tsvector generated to_tsvector('simple'::regconfig, translate("left"(body_text, 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~'::text, repeat(' '::text, 32)))
  created_at timestamp with time zone not null
  constraint messages_author_check CHECK ((author_kind = ANY (ARRAY['user'::text, 'customer'::text, 'key'::text, 'system'::text])))
  constraint messages_delivery_check CHECK ((delivery_state = ANY (ARRAY['none'::text, 'held'::text, 'queued'::text, 'sent'::text, 'caught'::text, 'failed'::text])))
  constraint messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text, 'system'::text])))
  constraint messages_format_check CHECK ((format = ANY (ARRAY['markdown'::text, 'html'::text, 'text'::text])))
  constraint messages_pkey PRIMARY KEY (organization_id, id)
  constraint messages_seq_key UNIQUE (organization_id, ticket_id, seq)
  constraint messages_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint messages_visibility_check CHECK ((visibility = ANY (ARRAY['public'::text, 'internal'::text])))
  CREATE INDEX messages_mail_idx ON shared.messages USING btree (organization_id, mail_message_id) WHERE (mail_message_id IS NOT NULL)
  CREATE INDEX messages_search_idx ON shared.messages USING gin (organization_id, search)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.notification_settings (row-level security, forced)
  organization_id uuid not null
  user_id uuid not null
  preferences jsonb not null default '{}'::jsonb
  quiet_from smallint
  quiet_until smallint
  version bigint not null default 1
  updated_at timestamp with time zone not null
  constraint notification_settings_pkey PRIMARY KEY (organization_id, user_id)
  constraint notification_settings_quiet_check CHECK (((quiet_from IS NULL) = (quiet_until IS NULL)))
  constraint notification_settings_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.notifications (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  user_id uuid not null
  event_id uuid not null
  kind text not null
  ticket_id uuid not null
  message_id uuid
  actor_kind text not null
  actor_id uuid
  actor_name text not null
  details jsonb not null default '{}'::jsonb
  in_app boolean not null
  browser_from timestamp with time zone
  email_from timestamp with time zone
  created_at timestamp with time zone not null
  read_at timestamp with time zone
  constraint notifications_event_key UNIQUE (organization_id, user_id, event_id)
  constraint notifications_pkey PRIMARY KEY (organization_id, id)
  constraint notifications_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint notifications_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX notifications_age_idx ON shared.notifications USING btree (organization_id, created_at)
  CREATE INDEX notifications_list_idx ON shared.notifications USING btree (organization_id, user_id, created_at DESC, id DESC) WHERE in_app
  CREATE INDEX notifications_ticket_idx ON shared.notifications USING btree (organization_id, ticket_id)
  CREATE INDEX notifications_unread_idx ON shared.notifications USING btree (organization_id, user_id) WHERE (in_app AND (read_at IS NULL))
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.oidc_flows (row-level security, forced)
  organization_id uuid not null
  state_hash bytea not null
  provider_id uuid not null
  session_id uuid
  person_id uuid
  next text not null
  expires_at timestamp with time zone not null
  constraint oidc_flows_pkey PRIMARY KEY (organization_id, state_hash)
  constraint oidc_flows_provider_fkey FOREIGN KEY (organization_id, provider_id) REFERENCES shared.identity_providers(organization_id, id) ON DELETE CASCADE
  CREATE INDEX oidc_flows_expiry_idx ON shared.oidc_flows USING btree (organization_id, expires_at)
  CREATE INDEX oidc_flows_provider_idx ON shared.oidc_flows USING btree (organization_id, provider_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.organization_exports (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  state text not null
  progress smallint not null default 0
  size bigint
  error text
  requested_by uuid
  requested_by_name text not null
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  expires_at timestamp with time zone
  constraint organization_exports_pkey PRIMARY KEY (organization_id, id)
  constraint organization_exports_progress_check CHECK (((progress >= 0) AND (progress <= 100)))
  constraint organization_exports_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'ready'::text, 'failed'::text, 'expired'::text])))
  CREATE INDEX organization_exports_created_idx ON shared.organization_exports USING btree (organization_id, created_at DESC, id DESC)
  CREATE UNIQUE INDEX organization_exports_open_key ON shared.organization_exports USING btree (organization_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]))
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.organization_settings (row-level security, forced)
  organization_id uuid not null
  time_zone text not null default 'UTC'::text
  locale text not null default 'en'::text
  ticket_prefix text not null default 'TK'::text
  ticket_padding smallint not null default 5
  first_response_on_status boolean not null default true
  agent_visibility text not null default 'all'::text
  brand_color text not null default '#1f6feb'::text
  next_ticket_number bigint not null default 1
  version bigint not null default 1
  updated_at timestamp with time zone not null
  customer_registration boolean not null default true
  logo_key text
  logo_type text
  constraint organization_settings_logo_check CHECK ((logo_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text])))
  constraint organization_settings_padding_check CHECK (((ticket_padding >= 1) AND (ticket_padding <= 10)))
  constraint organization_settings_pkey PRIMARY KEY (organization_id)
  constraint organization_settings_visibility_check CHECK ((agent_visibility = ANY (ARRAY['all'::text, 'teams'::text, 'own'::text])))
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.otp_factors (row-level security, forced)
  organization_id uuid not null
  person_id uuid not null
  person_kind text not null
  secret bytea not null
  confirmed_at timestamp with time zone
  last_step bigint
  created_at timestamp with time zone not null
  constraint otp_factors_person_check CHECK ((person_kind = ANY (ARRAY['user'::text, 'customer'::text])))
  constraint otp_factors_pkey PRIMARY KEY (organization_id, person_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.outbox (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  kind text not null
  topic text not null
  entity_id uuid not null
  payload jsonb not null
  run_at timestamp with time zone
  occurred_at timestamp with time zone not null
  constraint outbox_kind_check CHECK ((kind = ANY (ARRAY['event'::text, 'job'::text])))
  constraint outbox_pkey PRIMARY KEY (organization_id, id)
  CREATE INDEX outbox_order_idx ON shared.outbox USING btree (occurred_at, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.outgoing_mails (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  subscriber text not null
  event_id uuid not null
  recipient text not null
  kind text not null
  ticket_id uuid
  message_id uuid
  mailbox_id uuid not null
  is_automatic boolean not null
  from_name text not null
  recipient_name text
  cc text[] not null default '{}'::text[]
  subject text not null
  body_text text not null
  body_html text not null
  mail_message_id text not null
  in_reply_to text
  reference_ids text[] not null default '{}'::text[]
  state text not null default 'queued'::text
  error text
  attempts integer not null default 0
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  link_id uuid
  constraint outgoing_mails_about_check CHECK (((ticket_id IS NULL) = (kind = ANY (ARRAY['invitation'::text, 'password_reset'::text, 'registration'::text, 'account_exists'::text, 'password_changed'::text]))))
  constraint outgoing_mails_event_key UNIQUE (organization_id, subscriber, event_id, recipient)
  constraint outgoing_mails_kind_check CHECK ((kind = ANY (ARRAY['reply'::text, 'created'::text, 'assigned'::text, 'updated'::text, 'team_assigned'::text, 'mentioned'::text, 'deadline'::text, 'not_sent'::text, 'invitation'::text, 'password_reset'::text, 'registration'::text, 'account_exists'::text, 'password_changed'::text])))
  constraint outgoing_mails_link_fkey FOREIGN KEY (organization_id, link_id) REFERENCES shared.links(organization_id, id) ON DELETE SET NULL (link_id)
  constraint outgoing_mails_mailbox_fkey FOREIGN KEY (organization_id, mailbox_id) REFERENCES shared.mailboxes(organization_id, id)
  constraint outgoing_mails_message_fkey FOREIGN KEY (organization_id, message_id) REFERENCES shared.messages(organization_id, id) ON DELETE CASCADE
  constraint outgoing_mails_pkey PRIMARY KEY (organization_id, id)
  constraint outgoing_mails_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'caught'::text, 'failed'::text, 'suppressed'::text])))
  constraint outgoing_mails_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  CREATE INDEX outgoing_mails_failed_idx ON shared.outgoing_mails USING btree (organization_id, finished_at DESC, id DESC) WHERE (state = 'failed'::text)
  CREATE INDEX outgoing_mails_link_idx ON shared.outgoing_mails USING btree (organization_id, link_id) WHERE (link_id IS NOT NULL)
  CREATE INDEX outgoing_mails_message_idx ON shared.outgoing_mails USING btree (organization_id, message_id)
  CREATE INDEX outgoing_mails_recipient_idx ON shared.outgoing_mails USING btree (organization_id, recipient, created_at) WHERE is_automatic
  CREATE INDEX outgoing_mails_ticket_idx ON shared.outgoing_mails USING btree (organization_id, ticket_id, created_at)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.realtime_tickets (row-level security, forced)
  organization_id uuid not null
  hash bytea not null
  session_id uuid not null
  expires_at timestamp with time zone not null
  constraint realtime_tickets_pkey PRIMARY KEY (organization_id, hash)
  CREATE INDEX realtime_tickets_expiry_idx ON shared.realtime_tickets USING btree (organization_id, expires_at)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.recovery_codes (row-level security, forced)
  organization_id uuid not null
  person_id uuid not null
  hash bytea not null
  created_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint recovery_codes_factor_fkey FOREIGN KEY (organization_id, person_id) REFERENCES shared.otp_factors(organization_id, person_id) ON DELETE CASCADE
  constraint recovery_codes_pkey PRIMARY KEY (organization_id, person_id, hash)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.refresh_tokens (row-level security, forced)
  organization_id uuid not null
  hash bytea not null
  session_id uuid not null
  created_at timestamp with time zone not null
  rotated_at timestamp with time zone
  constraint refresh_tokens_pkey PRIMARY KEY (organization_id, hash)
  constraint refresh_tokens_session_fkey FOREIGN KEY (organization_id, session_id) REFERENCES shared.sessions(organization_id, id) ON DELETE CASCADE
  CREATE INDEX refresh_tokens_session_idx ON shared.refresh_tokens USING btree (organization_id, session_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.roles (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  key text not null
  name text not null
  permissions text[] not null
  is_shipped boolean not null default false
  created_at timestamp with time zone not null
  visibility text
  require_otp boolean not null default false
  version bigint not null default 1
  updated_at timestamp with time zone not null
  constraint roles_key_key UNIQUE (organization_id, key)
  constraint roles_pkey PRIMARY KEY (organization_id, id)
  constraint roles_visibility_check CHECK ((visibility = ANY (ARRAY['all'::text, 'teams'::text, 'own'::text])))
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.sessions (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  person_kind text not null
  person_id uuid not null
  user_agent text
  ip text
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  revoked_at timestamp with time zone
  refreshed_at timestamp with time zone
  impersonator_id uuid
  impersonator_session_id uuid
  constraint sessions_impersonation_check CHECK (((impersonator_id IS NULL) = (impersonator_session_id IS NULL)))
  constraint sessions_impersonator_fkey FOREIGN KEY (organization_id, impersonator_id) REFERENCES shared.users(organization_id, id)
  constraint sessions_impersonator_session_fkey FOREIGN KEY (organization_id, impersonator_session_id) REFERENCES shared.sessions(organization_id, id) ON DELETE CASCADE
  constraint sessions_person_check CHECK ((person_kind = ANY (ARRAY['user'::text, 'customer'::text])))
  constraint sessions_pkey PRIMARY KEY (organization_id, id)
  CREATE INDEX sessions_impersonator_idx ON shared.sessions USING btree (organization_id, impersonator_id) WHERE (impersonator_id IS NOT NULL)
  CREATE INDEX sessions_impersonator_session_idx ON shared.sessions USING btree (organization_id, impersonator_session_id) WHERE (impersonator_session_id IS NOT NULL)
  CREATE INDEX sessions_person_idx ON shared.sessions USING btree (organization_id, person_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.sla_marks (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  clock text not null
  state text not null
  due_at timestamp with time zone not null
  noted_at timestamp with time zone not null
  constraint sla_marks_clock_check CHECK ((clock = ANY (ARRAY['first_response'::text, 'resolution'::text])))
  constraint sla_marks_pkey PRIMARY KEY (organization_id, ticket_id, clock, state, due_at)
  constraint sla_marks_state_check CHECK ((state = ANY (ARRAY['at_risk'::text, 'breached'::text])))
  constraint sla_marks_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.sla_policies (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  name text not null
  priority text not null
  resolution_time integer not null
  response_time integer not null
  is_active boolean not null
  version bigint not null default 1
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  deleted_at timestamp with time zone
  constraint sla_policies_pkey PRIMARY KEY (organization_id, id)
  constraint sla_policies_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text])))
  constraint sla_policies_resolution_check CHECK (((resolution_time >= 0) AND (resolution_time <= 5256000)))
  constraint sla_policies_response_check CHECK (((response_time >= 0) AND (response_time <= 5256000)))
  CREATE UNIQUE INDEX sla_policies_active_key ON shared.sla_policies USING btree (organization_id, priority) WHERE (is_active AND (deleted_at IS NULL))
  CREATE INDEX sla_policies_created_idx ON shared.sla_policies USING btree (organization_id, created_at, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.statuses (row-level security, forced)
  organization_id uuid not null
  key text not null
  name text not null
  category text not null
  position smallint not null
  customer_name text
  retired_at timestamp with time zone
  version bigint not null default 1
  constraint statuses_category_check CHECK ((category = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text, 'resolved'::text, 'closed'::text])))
  constraint statuses_pkey PRIMARY KEY (organization_id, key)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.team_members (row-level security, forced)
  organization_id uuid not null
  team_id uuid not null
  user_id uuid not null
  constraint team_members_pkey PRIMARY KEY (organization_id, team_id, user_id)
  constraint team_members_team_fkey FOREIGN KEY (organization_id, team_id) REFERENCES shared.teams(organization_id, id) ON DELETE CASCADE
  constraint team_members_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX team_members_user_idx ON shared.team_members USING btree (organization_id, user_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.teams (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  name text not null
  created_at timestamp with time zone not null
  constraint teams_name_key UNIQUE (organization_id, name)
  constraint teams_pkey PRIMARY KEY (organization_id, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.ticket_ccs (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  email text not null
  constraint ticket_ccs_pkey PRIMARY KEY (organization_id, ticket_id, email)
  constraint ticket_ccs_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.ticket_history (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  ticket_id uuid not null
  actor_kind text not null
  actor_id uuid
  actor_name text not null
  field text not null
  old_value text
  new_value text
  reason text
  created_at timestamp with time zone not null
  constraint ticket_history_actor_check CHECK ((actor_kind = ANY (ARRAY['user'::text, 'customer'::text, 'key'::text, 'system'::text])))
  constraint ticket_history_pkey PRIMARY KEY (organization_id, id)
  constraint ticket_history_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  CREATE INDEX ticket_history_ticket_idx ON shared.ticket_history USING btree (organization_id, ticket_id, created_at, id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.ticket_reads (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  user_id uuid not null
  seq integer not null
  constraint ticket_reads_pkey PRIMARY KEY (organization_id, ticket_id, user_id)
  constraint ticket_reads_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint ticket_reads_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX ticket_reads_user_idx ON shared.ticket_reads USING btree (organization_id, user_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.ticket_tags (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  tag text not null
  constraint ticket_tags_pkey PRIMARY KEY (organization_id, ticket_id, tag)
  constraint ticket_tags_tag_check CHECK (((length(tag) >= 1) AND (length(tag) <= 50)))
  constraint ticket_tags_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  CREATE INDEX ticket_tags_tag_idx ON shared.ticket_tags USING btree (organization_id, tag, ticket_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.ticket_watchers (row-level security, forced)
  organization_id uuid not null
  ticket_id uuid not null
  user_id uuid not null
  constraint ticket_watchers_pkey PRIMARY KEY (organization_id, ticket_id, user_id)
  constraint ticket_watchers_ticket_fkey FOREIGN KEY (organization_id, ticket_id) REFERENCES shared.tickets(organization_id, id) ON DELETE CASCADE
  constraint ticket_watchers_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES shared.users(organization_id, id) ON DELETE CASCADE
  CREATE INDEX ticket_watchers_user_idx ON shared.ticket_watchers USING btree (organization_id, user_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.tickets (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  number bigint not null
  reference text not null
  subject text not null
  status text not null
  status_category text not null
  priority text not null
  priority_rank smallint not null generated 
CASE priority
    WHEN 'urgent'::text THEN 4
    WHEN 'high'::text THEN 3
    WHEN 'medium'::text THEN 2
    ELSE 1
END
  type text not null
  channel text not null
  source text
  category text
  customer_id uuid
  assignee_id uuid
  team_id uuid
  sla_policy_id uuid
  first_response_due_at timestamp with time zone not null
  resolution_due_at timestamp with time zone not null
  first_response_at timestamp with time zone
  resolved_at timestamp with time zone
  closed_at timestamp with time zone
  reopened_count integer not null default 0
  follow_up_of uuid
  mailbox_id uuid
  custom_fields jsonb not null default '{}'::jsonb
  csat smallint
  message_count integer not null default 0
  public_message_count integer not null default 0
  external_id text
  search tsvector generated to_tsvector('simple'::regconfig, translate(((((((subject || ' '::text) || reference) || ' '::text) || (number)::text) || ' '::text) || COALESCE(external_id, ''::text)), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~'::text, repeat(' '::text, 32)))
  version bigint not null default 1
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  deleted_at timestamp with time zone
  constraint tickets_assignee_fkey FOREIGN KEY (organization_id, assignee_id) REFERENCES shared.users(organization_id, id)
  constraint tickets_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'web'::text, 'portal'::text, 'chat'::text, 'phone'::text, 'api'::text, 'sms'::text, 'social'::text, 'iot'::text])))
  constraint tickets_csat_check CHECK (((csat >= 1) AND (csat <= 5)))
  constraint tickets_customer_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES shared.customers(organization_id, id)
  constraint tickets_external_id_key UNIQUE (organization_id, external_id)
  constraint tickets_follow_up_fkey FOREIGN KEY (organization_id, follow_up_of) REFERENCES shared.tickets(organization_id, id)
  constraint tickets_mailbox_fkey FOREIGN KEY (organization_id, mailbox_id) REFERENCES shared.mailboxes(organization_id, id)
  constraint tickets_number_key UNIQUE (organization_id, number)
  constraint tickets_pkey PRIMARY KEY (organization_id, id)
  constraint tickets_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text])))
  constraint tickets_sla_policy_fkey FOREIGN KEY (organization_id, sla_policy_id) REFERENCES shared.sla_policies(organization_id, id)
  constraint tickets_status_category_check CHECK ((status_category = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text, 'resolved'::text, 'closed'::text])))
  constraint tickets_status_fkey FOREIGN KEY (organization_id, status) REFERENCES shared.statuses(organization_id, key)
  constraint tickets_team_fkey FOREIGN KEY (organization_id, team_id) REFERENCES shared.teams(organization_id, id)
  constraint tickets_type_check CHECK ((type = ANY (ARRAY['question'::text, 'incident'::text, 'problem'::text, 'task'::text])))
  CREATE INDEX tickets_all_due_idx ON shared.tickets USING btree (organization_id, resolution_due_at, id) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_assignee_idx ON shared.tickets USING btree (organization_id, assignee_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_category_idx ON shared.tickets USING btree (organization_id, status_category, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_created_idx ON shared.tickets USING btree (organization_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_customer_idx ON shared.tickets USING btree (organization_id, customer_id, created_at DESC, id DESC)
  CREATE INDEX tickets_due_idx ON shared.tickets USING btree (organization_id, resolution_due_at, id) WHERE ((deleted_at IS NULL) AND (status_category = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text])))
  CREATE INDEX tickets_follow_up_idx ON shared.tickets USING btree (organization_id, follow_up_of) WHERE (follow_up_of IS NOT NULL)
  CREATE INDEX tickets_mailbox_idx ON shared.tickets USING btree (organization_id, mailbox_id) WHERE (mailbox_id IS NOT NULL)
  CREATE INDEX tickets_priority_idx ON shared.tickets USING btree (organization_id, priority_rank DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_search_idx ON shared.tickets USING gin (organization_id, search)
  CREATE INDEX tickets_sla_policy_idx ON shared.tickets USING btree (organization_id, sla_policy_id)
  CREATE INDEX tickets_status_idx ON shared.tickets USING btree (organization_id, status, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_team_idx ON shared.tickets USING btree (organization_id, team_id, created_at DESC, id DESC)
  CREATE INDEX tickets_topic_idx ON shared.tickets USING btree (organization_id, category, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  CREATE INDEX tickets_updated_idx ON shared.tickets USING btree (organization_id, updated_at DESC, id DESC) WHERE (deleted_at IS NULL)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)

shared.users (row-level security, forced)
  organization_id uuid not null
  id uuid not null
  email text not null
  name text not null
  role_id uuid not null
  status text not null default 'active'::text
  password_hash text
  version bigint not null default 1
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  removed_at timestamp with time zone
  availability text not null default 'available'::text
  availability_until timestamp with time zone
  preferences jsonb not null default '{}'::jsonb
  avatar_key text
  avatar_type text
  removed_from text
  constraint users_availability_check CHECK ((availability = ANY (ARRAY['available'::text, 'busy'::text, 'away'::text])))
  constraint users_avatar_check CHECK ((avatar_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text])))
  constraint users_pkey PRIMARY KEY (organization_id, id)
  constraint users_removed_from_check CHECK ((removed_from = ANY (ARRAY['active'::text, 'suspended'::text])))
  constraint users_role_fkey FOREIGN KEY (organization_id, role_id) REFERENCES shared.roles(organization_id, id)
  constraint users_status_check CHECK (((status = ANY (ARRAY['active'::text, 'suspended'::text, 'removed'::text])) AND ((status = 'removed'::text) = (removed_at IS NOT NULL))))
  CREATE UNIQUE INDEX users_email_key ON shared.users USING btree (organization_id, email) WHERE (status <> 'removed'::text)
  CREATE INDEX users_name_idx ON shared.users USING btree (organization_id, name, id)
  CREATE INDEX users_role_idx ON shared.users USING btree (organization_id, role_id)
  policy organization using (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) with check (organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)
