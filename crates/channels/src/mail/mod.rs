//! Mail without the network in the way: reading and writing messages, reply tokens, quotes, the
//! SMTP client and the mail catcher of development installations.

pub mod catcher;
pub mod compose;
pub mod parse;
pub mod quote;
pub mod smtp;
pub mod token;

/// Header every mail of ours carries; the value names the sending inbox or installation.
pub const LOOP_HEADER: &str = "X-Helpdesk-Loop";
