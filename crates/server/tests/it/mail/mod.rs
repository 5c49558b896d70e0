//! Mail in and out, through the whole product.

mod intake;
pub mod mails;
mod outgoing;
mod play;
mod quarantine;
mod smtp;
mod templates;
mod threading;
