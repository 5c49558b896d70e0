//! What other contexts may use of identity.

pub use crate::{
    api_keys::find_key_name,
    links::{
        Accepted, CREATED as LINK_CREATED, LinkMail, OpenLink, PASSWORD_CHANGED, Registered, Registration, address_of,
        end_access, invite_by_mail, mail_registration, open_link, request_registration, use_registration,
    },
    oidc::forget as forget_identities,
    organizations::{Settings, settings},
    password::{check as check_password, hash as hash_password},
    people::{
        Addressee, REMOVED as USER_REMOVED, RESTORE_WINDOW, UserName, active as active_staff, drop_unused_login,
        find_addressee, find_team, find_user, note_login, time_zones,
    },
    sessions::{SessionOut, SessionQuery, end_all as end_sessions, page as sessions_page, set_password_now},
    teams::members as team_members,
};
