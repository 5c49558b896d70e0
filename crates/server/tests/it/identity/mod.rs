//! Sessions, staff and teams.

mod people;
mod sessions;
