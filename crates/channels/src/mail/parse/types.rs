//! What a parsed mail consists of.

use chrono::{DateTime, Utc};

/// Bounds of one mail. Sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Whole mail as received.
    pub raw: usize,
    /// Lines of the whole mail.
    pub lines: usize,
    /// Multiparts inside each other.
    pub depth: usize,
    /// Leaf parts: attachments and bodies together.
    pub parts: usize,
    /// Header fields of the mail or of one part.
    pub headers: usize,
    /// One header field with its folded lines.
    pub header: usize,
    /// All header fields of the mail or of one part.
    pub header_block: usize,
    /// Recipients kept in `to` and `cc` together; all are counted.
    pub recipients: usize,
    /// Text body kept; longer ones are cut.
    pub text: usize,
    /// HTML body kept; longer ones are cut.
    pub html: usize,
    /// All decoded attachments together.
    pub attachments: usize,
}

impl Default for Limits {
    /// 25 MB of attachments, 512 kB of text, 2 MB of HTML, 100 recipients, 500 attachments.
    fn default() -> Self {
        Self {
            raw: 36 * 1024 * 1024,
            lines: 1_500_000,
            depth: 20,
            parts: 510,
            headers: 1_000,
            header: 512 * 1024,
            header_block: 2 * 1024 * 1024,
            recipients: 100,
            text: 512 * 1024,
            html: 2 * 1024 * 1024,
            attachments: 25 * 1024 * 1024,
        }
    }
}

/// Why a mail was not accepted: one sentence for the quarantine list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// Nothing but white space.
    #[error("The mail is empty.")]
    Empty,
    /// Raw size or lines over the limit.
    #[error("The mail is too large.")]
    TooLarge,
    /// Attachments over the limit.
    #[error("The attachments of the mail are too large.")]
    AttachmentsTooLarge,
    /// Multiparts nested too deeply.
    #[error("The parts of the mail are nested too deeply.")]
    TooDeep,
    /// Too many parts.
    #[error("The mail has too many parts.")]
    TooManyParts,
    /// Too many header fields.
    #[error("The mail has too many header fields.")]
    TooManyHeaders,
    /// A header field or all of them together too long.
    #[error("A header field of the mail is too long.")]
    HeaderTooLong,
    /// No usable address in From.
    #[error("The mail names no valid sender address.")]
    NoSender,
    /// A decoder failed.
    #[error("The mail could not be read.")]
    Unreadable,
}

/// A mail address with the name shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name without control or direction characters, at most 200 characters.
    pub name: Option<String>,
    /// `local@domain`, domain in lower case, at most 320 bytes.
    pub email: String,
}

/// A file sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe file name, at most 200 characters; `attachment-N.ext` when the mail gives none.
    pub name: String,
    /// Type as declared by the sender, lower case, never trusted.
    pub content_type: String,
    /// Content-ID without `<>`.
    pub content_id: Option<String>,
    /// Meant to be shown inside the body.
    pub inline: bool,
    /// Decoded content.
    pub bytes: Vec<u8>,
}

/// Who wrote a mail. Everything except `Human` is imported but never answered automatically and
/// never changes a ticket's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoKind {
    /// A person, as far as the headers tell.
    Human,
    /// An automatic answer or notification.
    AutoReply,
    /// A mailing list or mass mail.
    Bulk,
    /// A delivery report.
    Bounce,
}

/// One recipient of a delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BouncedRecipient {
    /// Address the report is about, domain in lower case.
    pub address: String,
    /// Enhanced status code such as `5.1.1`; empty when the report gives none.
    pub status: String,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or empty.
    pub action: String,
    /// The other server's words, at most 500 characters.
    pub diagnostic: String,
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Message-ID of the mail that was not delivered, without `<>`.
    pub original_message_id: Option<String>,
    /// At most 100 recipients.
    pub recipients: Vec<BouncedRecipient>,
    /// At least one recipient failed for good (status 5.x, or action `failed` without status).
    pub permanent: bool,
}

/// A mail as received, decoded and bounded. No string holds NUL or other control characters
/// (bodies keep line feed and tab).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedMail {
    /// Message-ID without `<>`.
    pub message_id: Option<String>,
    /// Ids of In-Reply-To, at most 10.
    pub in_reply_to: Vec<String>,
    /// Ids of References, newest last, at most the 50 newest.
    pub references: Vec<String>,
    /// First address of the first From field.
    pub from: Address,
    /// Further addresses of the From fields, at most 10.
    pub other_from: Vec<Address>,
    /// More than one From field or address: never act on behalf of this sender.
    pub ambiguous_sender: bool,
    /// First address of Reply-To.
    pub reply_to: Option<Address>,
    /// Recipients, bounded together with `cc`.
    pub to: Vec<Address>,
    /// Copy recipients.
    pub cc: Vec<Address>,
    /// All recipients of To and Cc.
    pub recipients_total: usize,
    /// Addresses of Delivered-To, X-Original-To and Envelope-To, at most 20.
    pub delivered_to: Vec<String>,
    /// Authentication-Results fields, topmost first, at most 10 of at most 2,000 characters.
    /// Only those of a trusted server mean anything.
    pub authentication_results: Vec<String>,
    /// Decoded subject, at most 500 characters; `(no subject)` when empty.
    pub subject: String,
    /// Date field; `None` when absent, unreadable or outside 1970 to 2100.
    pub date: Option<DateTime<Utc>>,
    /// Text body, or the text of the HTML body; lines end with `\n`.
    pub text: String,
    /// HTML body as sent. **Not safe to show**: sanitize when rendering.
    pub html: Option<String>,
    /// A body was longer than the limit and was cut.
    pub truncated: bool,
    /// Attachments in order.
    pub attachments: Vec<Attachment>,
    /// Person, machine, list or delivery report.
    pub auto: AutoKind,
    /// Content of a delivery report.
    pub bounce: Option<Bounce>,
    /// Value of our own loop header, at most 200 characters.
    pub loop_marker: Option<String>,
    /// SHA-256 hex over what the sender wrote: equal for one mail arriving by two ways.
    pub fingerprint: String,
}

impl ParsedMail {
    /// `auto` with what only the installation knows: a Message-ID on one of `own_domains` or a
    /// sender that is one of `own_addresses` (both lower case) makes a mail automatic too.
    pub fn auto_for(&self, own_domains: &[String], own_addresses: &[String]) -> AutoKind {
        if self.auto != AutoKind::Human {
            return self.auto;
        }
        let own_id = self
            .message_id
            .as_deref()
            .and_then(|id| id.rsplit_once('@'))
            .is_some_and(|(_, domain)| own_domains.contains(&domain.to_lowercase()));
        if own_id || own_addresses.contains(&self.from.email.to_lowercase()) {
            return AutoKind::AutoReply;
        }
        AutoKind::Human
    }
}
