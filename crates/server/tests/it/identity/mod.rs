//! Sessions, staff, teams and domains.

mod domains;
mod organization;
mod people;
mod sessions;
