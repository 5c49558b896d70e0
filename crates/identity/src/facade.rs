//! What other contexts may use of identity.

pub use crate::{
    organizations::{Settings, settings},
    people::{Addressee, UserName, find_active_user, find_addressee, is_team},
};
