//! Sessions, staff and teams.

mod organization;
mod people;
mod sessions;
