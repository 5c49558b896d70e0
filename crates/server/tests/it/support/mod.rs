//! Tickets, conversation, files, customers, SLA.

mod conversation;
mod customers_sla;
mod files;
mod seeds;
mod tickets_bulk;
mod tickets_change;
mod tickets_create;
mod tickets_list;
mod tickets_search;
mod tickets_status;
