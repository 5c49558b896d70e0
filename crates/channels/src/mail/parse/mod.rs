//! Reading a received mail: any bytes in, a bounded [`ParsedMail`] or one sentence why not.

mod address;
mod assemble;
mod auto;
mod body;
mod bounce;
mod decode;
mod headers;
mod names;
mod types;
mod walk;

#[cfg(test)]
mod auto_tests;
#[cfg(test)]
mod hostile_header_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
pub(crate) use hostile_tests::cpu as cpu_time;
#[cfg(test)]
mod tests;

pub use auto::is_no_reply;
pub use names::safe_file_name;
pub use types::{Address, Attachment, AutoKind, Bounce, BouncedRecipient, Limits, ParseFailure, ParsedMail};

/// Reads a mail as received. Never panics; time and memory are bounded by `limits`. On failure
/// the caller keeps the raw mail in quarantine with the sentence of the failure.
pub fn parse(raw: &[u8], limits: &Limits) -> Result<ParsedMail, ParseFailure> {
    // A defect of a decoder must cost one mail, not the intake.
    std::panic::catch_unwind(|| assemble::assemble(raw, limits)).unwrap_or(Err(ParseFailure::Unreadable))
}
