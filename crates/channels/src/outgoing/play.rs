//! In demo mode: mails that somebody of the staff writes in the place of a customer. They are real
//! ones, with everything that a customer's program writes, and go the way of all mail that comes in.

use bytes::Bytes;
use kernel::{AppError, AppResult, OutgoingMailId, Permission, TicketId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Access, ApiResult, Body, MemberContext, PathId, Released, Route, Staff, Write};

use super::{
    catcher_api::only_in_demo,
    store::{self, OutgoingRow},
};
use crate::{
    intake::{self, Outcome},
    mail::{
        compose::{Outgoing, to_rfc822},
        token::{MailKey, reply_address, supports_reply_address},
    },
    mailboxes,
};

/// A mail of a customer to the organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteMail {
    /// The customer's address; whoever it is need not be known.
    pub from: String,
    /// The customer's name.
    pub from_name: Option<String>,
    /// Address of a mailbox; the default one when absent.
    pub to: Option<String>,
    pub subject: String,
    pub body: String,
}

/// An answer to a caught mail, by whom it was for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerMail {
    pub body: String,
    /// One of those who got the mail; the first one when absent.
    pub from: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenMail {
    /// The ticket in which it is a message; null when it is none.
    pub ticket_id: Option<TicketId>,
    /// `TK-2026-00042`
    pub reference: Option<String>,
    /// Whether the mail made the ticket.
    pub is_new: bool,
    /// Why it is no message: it is in quarantine.
    pub reason: Option<String>,
    /// Of the mail, without `<>`.
    pub message_id: String,
}

/// The route table.
pub fn routes() -> Vec<Route> {
    let access = Access::needs(Permission::MailCatcherRead);
    vec![
        Route::post("/mail-catcher/write", access, "mail_catcher_write", "Write as a customer; demo mode only", write)
            .body::<WriteMail>()
            .ok::<WrittenMail>(201),
        Route::post(
            "/mail-catcher/{id}/answer",
            access,
            "mail_catcher_answer",
            "Answer a caught mail as who got it; demo mode only",
            answer,
        )
        .body::<AnswerMail>()
        .ok::<WrittenMail>(201),
    ]
}

/// `POST mail-catcher/write/`
pub async fn write(mut cx: Staff<Write>, Body(input): Body<WriteMail>) -> ApiResult {
    only_in_demo(&cx)?;
    let organization = cx.organization.id;
    let from = address("from", &input.from)?;
    let name = input.from_name.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| web::text("from_name", name, 1, 200)).transpose()?;
    let (subject, body) = (web::text("subject", &input.subject, 1, 500)?, text(&input.body)?);
    let mailbox = match &input.to {
        Some(to) => {
            let to = address("to", to)?;
            let known = mailboxes::addresses(&mut cx.tx).await?;
            known.into_iter().find(|known| *known == to)
        }
        None => mailboxes::default_of(&mut cx.tx, organization).await?.map(|mailbox| mailbox.address),
    };
    let mailbox = mailbox.ok_or_else(|| AppError::invalid("to", "unknown", "There is no such mailbox."))?;
    let mail = Mail { from: (name.unwrap_or_default(), from), to: mailbox, subject, text: body, parent: None };
    Box::pin(deliver(cx.0, mail)).await
}

/// `POST mail-catcher/{id}/answer/`
pub async fn answer(
    PathId(id): PathId<OutgoingMailId>,
    mut cx: Staff<Write>,
    Body(input): Body<AnswerMail>,
) -> ApiResult {
    only_in_demo(&cx)?;
    let organization = cx.organization.id;
    let found = store::find(&mut cx.tx, organization, id).await?.filter(|row| row.state == "caught");
    let row = found.ok_or(AppError::NotFound)?;
    let from = match &input.from {
        Some(from) => address("from", from)?,
        None => row.recipient.clone(),
    };
    if !row.goes_to(&from) {
        return Err(AppError::invalid("from", "unknown", "This mail did not go to that address.").into());
    }
    let words = text(&input.body)?;
    let mailbox = mailboxes::find(&mut cx.tx, organization, row.mailbox_id).await?.ok_or(AppError::NotFound)?;
    let has_reply_address =
        matches!(row.kind.as_str(), "reply" | "created") && supports_reply_address(&mailbox.address);
    let to = if has_reply_address {
        reply_address(&MailKey::of(&cx.state.keys), organization.0, row.id.0, &mailbox.address)
    } else {
        mailbox.address
    };
    let name = row.recipient_name.clone().filter(|_| from == row.recipient).unwrap_or_default();
    let quoted: String = row.body_text.lines().map(|line| format!("> {line}\n")).collect();
    let subject = row.subject.trim_start_matches("Re: ");
    let mail = Mail {
        from: (name, from),
        to,
        subject: format!("Re: {subject}"),
        text: format!("{words}\n\nOn {} {} wrote:\n{quoted}", row.created_at.format("%Y-%m-%d %H:%M"), row.from_name),
        parent: Some(row),
    };
    Box::pin(deliver(cx.0, mail)).await
}

/// A mail as the customer's program knows it.
struct Mail {
    from: (String, String),
    to: String,
    subject: String,
    text: String,
    parent: Option<OutgoingRow>,
}

/// Hands it to intake, with no transaction open, and says what became of it.
async fn deliver(cx: MemberContext, mail: Mail) -> ApiResult {
    let domain = mail.from.1.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let random: [u8; 12] = cx.tx.secret();
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let message_id = format!("{random}@{domain}");
    let references = mail
        .parent
        .as_ref()
        .map(|parent| parent.reference_ids.iter().cloned().chain([parent.mail_message_id.clone()]).collect());
    let raw = to_rfc822(&Outgoing {
        from: mail.from.clone(),
        to: vec![(None, mail.to.clone())],
        cc: Vec::new(),
        reply_to: None,
        subject: mail.subject,
        text: mail.text,
        html: None,
        message_id: message_id.clone(),
        in_reply_to: mail.parent.as_ref().map(|parent| parent.mail_message_id.clone()),
        references: references.unwrap_or_default(),
        auto: false,
        loop_id: String::new(),
        attachments: Vec::new(),
        date: cx.tx.now(),
    });
    let raw = raw.map_err(|error| AppError::invalid("from", "invalid", error.to_string()))?;
    let released = cx.release().await?;
    let outcome = take_in(&released, &mail.to, raw.into()).await?;
    let written = match outcome {
        Outcome::Accepted { ticket, reference, is_new } => {
            WrittenMail { ticket_id: Some(ticket), reference: Some(reference), is_new, reason: None, message_id }
        }
        Outcome::Quarantined { reason } => {
            WrittenMail { ticket_id: None, reference: None, is_new: false, reason: Some(reason), message_id }
        }
        Outcome::Bounce | Outcome::Duplicate | Outcome::Later => {
            WrittenMail { ticket_id: None, reference: None, is_new: false, reason: None, message_id }
        }
    };
    let mut cx = released.reopen().await?;
    let told = json!({ "from": mail.from.1, "to": mail.to, "ticket": written.ticket_id });
    let organization = cx.organization.id;
    cx.tx.audit("mail_catcher.written", ("organization", Some(organization.0)), &(), &told);
    cx.commit(web::created(&written, None)).await
}

async fn take_in(released: &Released, mailbox: &str, raw: Bytes) -> AppResult<Outcome> {
    let received = intake::receive(&released.state, mailbox, raw).await?;
    match received.mail {
        Some(mail) => intake::process(&released.state, received.organization, mail).await,
        None => Ok(Outcome::Duplicate),
    }
}

fn address(field: &str, text: &str) -> AppResult<String> {
    kernel::email::normalize(text).ok_or_else(|| AppError::invalid(field, "invalid", "This is not a mail address."))
}

fn text(body: &str) -> AppResult<String> {
    if body.trim().is_empty() {
        return Err(AppError::invalid("body", "required", "This field is required."));
    }
    if body.chars().count() > 100_000 {
        return Err(AppError::invalid("body", "too_long", "At most 100000 characters."));
    }
    Ok(body.to_owned())
}
