//! Tickets, conversation, files, customers, SLA.

mod seeds;
mod tickets_create;
mod tickets_list;
mod tickets_search;
