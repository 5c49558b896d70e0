//! What other contexts may use of support.

pub use crate::{
    customers::{create_customer, find_or_create_customer},
    priority::Priority,
    sla::{Targets, sla_defaults, targets_for},
    statuses::{Status, StatusCategory, find_status, provision_statuses, status_key},
};
