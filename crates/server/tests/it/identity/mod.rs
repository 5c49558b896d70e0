//! Sessions, accounts, staff and teams.

mod account;
mod attacks;
mod links;
mod own_sessions;
mod people;
mod register;
mod removal;
mod sessions;
