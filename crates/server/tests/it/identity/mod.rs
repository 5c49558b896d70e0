//! Sessions, accounts, staff and teams.

pub mod account;
mod attacks;
mod links;
mod organization;
mod own_sessions;
mod people;
mod register;
mod removal;
mod sessions;
