-- Oldest binary that may run on this schema: 0.1.0
alter table inbound_mails drop constraint inbound_mails_state_check;
alter table inbound_mails add constraint inbound_mails_state_check check (
  state in ('received', 'accepted', 'bounce', 'quarantined', 'discarded'));
