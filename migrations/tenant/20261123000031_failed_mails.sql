-- Oldest binary that may run on this schema: 0.1.0
create index outgoing_mails_failed_idx on outgoing_mails (organization_id, finished_at desc, id desc) where state = 'failed';
