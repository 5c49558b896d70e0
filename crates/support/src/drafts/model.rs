//! What a draft is. Pure.

use std::str::FromStr;

use kernel::{AppError, AppResult, FileId, Permission};

/// The two things that can be written in a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftKind {
    /// To the customer.
    Reply,
    /// Between staff.
    Note,
}

impl DraftKind {
    /// As stored and in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
        }
    }

    /// Of a message.
    pub const fn of(internal: bool) -> Self {
        if internal { Self::Note } else { Self::Reply }
    }

    /// What writing one needs.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Reply => Permission::TicketReply,
            Self::Note => Permission::TicketNote,
        }
    }
}

impl FromStr for DraftKind {
    type Err = AppError;

    fn from_str(text: &str) -> AppResult<Self> {
        [Self::Reply, Self::Note].into_iter().find(|kind| kind.as_str() == text).ok_or(AppError::NotFound)
    }
}

/// What was written so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// As typed.
    pub body: String,
    /// markdown, html or text.
    pub format: String,
    /// Null: whoever a reply goes to without saying.
    pub to: Option<Vec<String>>,
    /// The same.
    pub cc: Option<Vec<String>>,
    /// Uploaded, hanging nowhere yet.
    pub attachments: Vec<FileId>,
    /// What the ticket is to be moved to with it.
    pub status: Option<String>,
}

/// A message that was taken back becomes the draft again; what was begun meanwhile stays below it.
pub fn returned(mut message: Content, begun: Option<Content>) -> Content {
    if let Some(begun) = begun.filter(|begun| !begun.body.trim().is_empty()) {
        message.body = format!("{}\n\n{}", message.body, begun.body);
        let more = begun.attachments.into_iter().filter(|file| !message.attachments.contains(file));
        message.attachments.extend(more.collect::<Vec<_>>());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_meanwhile_is_not_lost() {
        let content = |body: &str| Content {
            body: body.to_owned(),
            format: "markdown".to_owned(),
            to: None,
            cc: None,
            attachments: Vec::new(),
            status: None,
        };
        assert_eq!(returned(content("sent"), Some(content("next"))).body, "sent\n\nnext");
        assert_eq!(returned(content("sent"), Some(content(" "))).body, "sent");
        assert_eq!(returned(content("sent"), None).body, "sent");
    }
}
