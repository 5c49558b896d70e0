//! Sessions, staff and teams.

mod sessions;
