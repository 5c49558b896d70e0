//! Mail in and out, through the whole product.

mod intake;
pub mod mails;
mod outgoing;
mod smtp;
mod threading;
