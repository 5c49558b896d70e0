//! What other contexts may use of identity.

pub use crate::{
    api_keys::find_key_name,
    organizations::{Settings, settings},
    people::{Addressee, UserName, drop_unused_login, find_addressee, find_team, find_user, note_login},
    sessions::end_all_sessions,
};
