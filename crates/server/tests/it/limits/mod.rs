//! Limits: tries that fail, requests a second, connections; and who is counted.

mod proxies;
mod rates;
pub mod redis;
mod sign_in;
mod timing;
mod tries;
