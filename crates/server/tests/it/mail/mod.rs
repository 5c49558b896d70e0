//! Mail in and out, through the whole product.

mod intake;
mod mails;
mod outgoing;
mod smtp;
mod threading;
