//! Tickets, conversation, files, customers, SLA.

mod conversation;
mod customers_removal;
mod customers_sla;
mod drafts;
pub mod files;
mod held;
mod notifications;
pub mod seeds;
mod statuses;
mod tickets_bulk;
mod tickets_change;
mod tickets_create;
mod tickets_list;
mod tickets_search;
mod tickets_status;
