//! Tickets, conversation, files, customers, SLA.

mod tickets_create;
