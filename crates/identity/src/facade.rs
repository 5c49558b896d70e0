//! What other contexts may use of identity.

pub use crate::{
    organizations::{Settings, settings},
    people::{Addressee, UserName, drop_unused_login, find_addressee, find_team, find_user, note_login},
    sessions::end_all_sessions,
};
