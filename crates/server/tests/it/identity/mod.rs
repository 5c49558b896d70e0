//! Sessions, staff, teams and domains.

mod domains;
mod people;
mod sessions;
