//! Sessions, accounts, staff, teams and domains.

pub mod account;
mod attacks;
pub mod domains;
mod links;
mod organization;
mod own_sessions;
mod people;
mod register;
mod removal;
mod sessions;
