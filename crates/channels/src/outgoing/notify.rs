//! Who is written to because of an event.

use chrono::TimeDelta;
use db::{Mode, TenantTx, jobs::ClaimedJob, outbox::Delivered, platform::Organization};
use kernel::{AppError, AppResult, EventId, MessageId, NotificationId, OrganizationId, OutgoingMailId, TicketId};
use serde_json::{Value, json};
use support::facade::{self, DueMail, Message, NotificationKind, Ticket, content};
use web::AppState;

use super::{
    SEND_JOB,
    store::{self, OutgoingRow},
};
use crate::{
    mail::{
        parse::is_no_reply,
        quote::REPLY_SEPARATOR,
        token::{MailKey, message_id},
    },
    mailboxes::{self, MailboxOut as Mailbox},
    templates,
};

/// Confirmations that one address gets in an hour: anybody can write in somebody else's name.
const MAX_CONFIRMATIONS: i64 = 10;

/// An event as a subscriber works on it.
pub(super) struct Cause {
    pub(super) tx: TenantTx,
    event: EventId,
    subscriber: &'static str,
    key: MailKey,
    pub(super) organization: Organization,
    url: String,
}

impl Cause {
    pub(super) async fn open(
        state: &AppState,
        job: &ClaimedJob,
        subscriber: &'static str,
    ) -> AppResult<(Self, Delivered)> {
        let delivered: Delivered =
            serde_json::from_value(job.payload.clone()).map_err(|error| AppError::Internal(error.into()))?;
        Ok((Self::begin(state, job.organization, subscriber, delivered.event_id).await?, delivered))
    }

    /// `event` and `subscriber` are what nobody is written to twice about.
    async fn begin(
        state: &AppState,
        organization: OrganizationId,
        subscriber: &'static str,
        event: EventId,
    ) -> AppResult<Self> {
        let tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
        let organization = db::platform::find(&state.db, organization).await?.ok_or(AppError::NotFound)?;
        let (key, url) = (MailKey::of(&state.keys), state.config.organization_url(&organization.slug));
        Ok(Self { tx, event, subscriber, key, organization, url })
    }

    /// The mailbox a ticket's mails leave from.
    async fn mailbox(&mut self, ticket: &Ticket) -> AppResult<Option<Mailbox>> {
        let organization = self.tx.organization();
        if let Some(id) = ticket.mailbox_id
            && let Some(mailbox) = mailboxes::find(&mut self.tx, organization, id).await?
        {
            return Ok(Some(mailbox));
        }
        mailboxes::default_of(&mut self.tx, organization).await
    }

    /// Queues a mail, unless this event was told to this recipient already. An automatic mail that
    /// would be one too many, or would go to a machine or to ourselves, is recorded as suppressed.
    pub(super) async fn queue(&mut self, mut row: OutgoingRow) -> AppResult<()> {
        let organization = self.tx.organization();
        if row.is_automatic
            && let Some(reason) = self.reason_against(&row.kind, &row.recipient).await?
        {
            tracing::info!(mail = %row.id, reason, "automatic mail suppressed");
            row.state = "suppressed".to_owned();
        }
        let is_new = store::insert(&mut self.tx, organization, self.subscriber, self.event, &row).await?;
        if is_new && row.state == "queued" {
            self.tx.enqueue(SEND_JOB, row.id.0, json!({ "mail": row.id }), None);
        }
        Ok(())
    }

    async fn reason_against(&mut self, kind: &str, recipient: &str) -> AppResult<Option<&'static str>> {
        let organization = self.tx.organization();
        if is_no_reply(recipient) {
            return Ok(Some("the address does not read mail"));
        }
        if mailboxes::addresses(&mut self.tx).await?.iter().any(|own| own == recipient) {
            return Ok(Some("the address is a mailbox of ours"));
        }
        if facade::is_undeliverable(&mut self.tx, recipient).await? {
            return Ok(Some("mail to the address came back"));
        }
        let since = self.tx.now() - TimeDelta::hours(1);
        let sent = store::count_confirmations(&mut self.tx, organization, recipient, since).await?;
        Ok((kind == "created" && sent >= MAX_CONFIRMATIONS).then_some("the address got enough confirmations this hour"))
    }

    /// A mail with its own Message-ID; the rest is filled in by the caller.
    pub(super) fn row(&self, kind: &str, ticket: Option<&Ticket>, mailbox: &Mailbox, recipient: &str) -> OutgoingRow {
        let id: OutgoingMailId = self.tx.id();
        let domain = mailbox.address.split_once('@').map_or("localhost", |(_, domain)| domain);
        OutgoingRow {
            id,
            kind: kind.to_owned(),
            ticket_id: ticket.map(|ticket| ticket.id),
            link_id: None,
            message_id: None,
            mailbox_id: mailbox.id,
            is_automatic: true,
            from_name: mailbox.name.clone(),
            recipient: recipient.to_owned(),
            recipient_name: None,
            cc: Vec::new(),
            subject: String::new(),
            body_text: String::new(),
            body_html: String::new(),
            mail_message_id: message_id(&self.key, self.tx.organization().0, id.0, domain),
            in_reply_to: None,
            reference_ids: Vec::new(),
            state: "queued".to_owned(),
            attempts: 0,
            created_at: self.tx.now(),
        }
    }

    /// In-Reply-To is the latest mail of the customer, References all mails of the ticket.
    async fn thread(&mut self, row: &mut OutgoingRow) -> AppResult<()> {
        let organization = self.tx.organization();
        let Some(ticket) = row.ticket_id else { return Ok(()) };
        let mut ids = facade::incoming_mail_ids(&mut self.tx, ticket).await?;
        row.in_reply_to = ids.last().cloned();
        ids.extend(store::mail_ids(&mut self.tx, organization, ticket).await?);
        if let Some(latest) = &row.in_reply_to {
            ids.retain(|id| id != latest);
            ids.push(latest.clone());
        }
        row.reference_ids = ids;
        Ok(())
    }
}

fn is_silent(delivered: &Delivered) -> bool {
    delivered.payload.get("silent").and_then(Value::as_bool).unwrap_or(false)
}

/// The customer hears that the ticket is there. Nothing the sender wrote is repeated: the address may be somebody else's.
pub async fn ticket_created(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (mut cause, delivered) = Cause::open(state, job, "mail.ticket_created").await?;
    if is_silent(&delivered) {
        return Ok(());
    }
    let Some(ticket) = facade::find_ticket(&mut cause.tx, TicketId(delivered.entity_id), false).await? else {
        return Ok(());
    };
    let Some(email) = ticket.customer_address().map(str::to_owned) else { return Ok(()) };
    let Some(mailbox) = cause.mailbox(&ticket).await? else { return Ok(()) };
    let mut row = cause.row("created", Some(&ticket), &mailbox, &email);
    let organization = cause.organization.name.clone();
    let values = [("reference", ticket.reference.as_str()), ("organization", organization.as_str())];
    let (subject, body) = templates::filled(&mut cause.tx, "created", &values).await?;
    row.subject = subject;
    row.body_html = content::text_to_html(&body);
    row.body_text = format!("{REPLY_SEPARATOR}\n\n{body}");
    cause.thread(&mut row).await?;
    cause.queue(row).await?;
    cause.tx.commit().await
}

/// Somebody of the staff is written to because of a notification.
pub async fn notification(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let id: Option<NotificationId> =
        job.payload.get("notification").and_then(|id| serde_json::from_value(id.clone()).ok());
    let id = id.ok_or_else(|| AppError::internal("the job names no notification"))?;
    let mut cause = Cause::begin(state, job.organization, "notifications.mail", EventId(id.0)).await?;
    let Some(due) = facade::due_mail(&mut cause.tx, id).await? else { return Ok(()) };
    let Some(mailbox) = cause.mailbox(&due.ticket).await? else { return Ok(()) };
    let (kind, told) = words(&mut cause.tx, &due).await?;
    let mut row = cause.row(kind, Some(&due.ticket), &mailbox, &due.email);
    let due_at = due.ticket.resolution_due_at.format("%Y-%m-%d %H:%M UTC").to_string();
    let url = format!("{}/tickets/{}", cause.url, due.ticket.number);
    let values = [
        ("reference", due.ticket.reference.as_str()),
        ("name", due.name.as_str()),
        ("actor", due.actor.as_str()),
        ("subject", due.ticket.subject.as_str()),
        ("priority", due.ticket.priority.as_str()),
        ("team", due.ticket.team_name.as_deref().unwrap_or_default()),
        ("due_at", due_at.as_str()),
        ("changes", told.as_str()),
        ("url", url.as_str()),
    ];
    let (subject, body) = templates::filled(&mut cause.tx, kind, &values).await?;
    row.subject = subject;
    row.body_html = content::text_to_html(&body);
    row.body_text = body;
    row.recipient_name = Some(due.name.clone());
    cause.queue(row).await?;
    cause.tx.commit().await
}

/// The template of a notification, and what stands in it for `{changes}`.
async fn words(tx: &mut TenantTx, due: &DueMail) -> AppResult<(&'static str, String)> {
    let excerpt = match due.message {
        Some(message) => facade::find_message(tx, message).await?.map(|message| message.body_text),
        None => None,
    };
    let excerpt: String = excerpt.unwrap_or_default().chars().take(2_000).collect();
    let detail = |name: &str| due.details.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(match due.kind {
        NotificationKind::Assigned => ("assigned", String::new()),
        NotificationKind::TeamAssigned => ("team_assigned", String::new()),
        NotificationKind::Mention => ("mentioned", excerpt),
        NotificationKind::CustomerReply => ("updated", format!("{} wrote:\n\n{excerpt}", due.actor)),
        NotificationKind::StatusChanged => ("updated", format!("Status: {}", detail("status"))),
        NotificationKind::TicketUpdated => {
            let fields = due.details.get("fields").and_then(Value::as_array).into_iter().flatten();
            let fields: Vec<&str> = fields.filter_map(Value::as_str).collect();
            ("updated", format!("Changed: {}", fields.join(", ")))
        }
        NotificationKind::SlaAtRisk => ("deadline", format!("It is near: {}", clock(detail("clock")))),
        NotificationKind::SlaBreached => ("deadline", format!("It has passed: {}", clock(detail("clock")))),
        NotificationKind::NotSent => ("not_sent", excerpt),
    })
}

fn clock(name: &str) -> &str {
    if name == "first_response" { "the first response" } else { "the resolution" }
}

/// A public message of staff goes to the customer.
pub async fn message_created(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (cause, delivered) = Cause::open(state, job, "mail.message_created").await?;
    send_message(cause, MessageId(delivered.entity_id)).await
}

/// Queues the mail that carries a public message of staff.
async fn send_message(mut cause: Cause, message: MessageId) -> AppResult<()> {
    let Some(message) = facade::find_message(&mut cause.tx, message).await? else { return Ok(()) };
    if message.delivery_state != "queued" || message.visibility != "public" {
        return Ok(());
    }
    let Some(ticket) = facade::find_ticket(&mut cause.tx, message.ticket_id, false).await? else { return Ok(()) };
    let Some(mailbox) = cause.mailbox(&ticket).await? else {
        facade::set_delivery(&mut cause.tx, message.id, "failed", Some("The organization has no mailbox."), 0).await?;
        return cause.tx.commit().await;
    };
    let row = reply(&mut cause, &ticket, &mailbox, &message).await?;
    cause.queue(row).await?;
    cause.tx.commit().await
}

async fn reply(cause: &mut Cause, ticket: &Ticket, mailbox: &Mailbox, message: &Message) -> AppResult<OutgoingRow> {
    let (first, others) =
        message.recipients.split_first().map(|(first, others)| (first.clone(), others.to_vec())).unwrap_or_default();
    let mut row = cause.row("reply", Some(ticket), mailbox, &first);
    row.is_automatic = false;
    row.message_id = Some(message.id);
    row.from_name = format!("{} · {}", message.author_name, mailbox.name);
    row.recipient_name =
        ticket.customer_name.clone().filter(|_| ticket.customer_email.as_deref() == Some(first.as_str()));
    row.cc = others.into_iter().chain(message.cc.iter().cloned()).collect();
    let subject = ticket.subject.trim_start_matches("Re: ").trim_start_matches("RE: ");
    row.subject = format!("Re: {subject} [{}]", ticket.reference);
    let format = content::BodyFormat::of(&message.format);
    let sign_off = format!("{}\n{}", message.author_name, cause.organization.name);
    row.body_text = format!("{REPLY_SEPARATOR}\n\n{}\n\n-- \n{sign_off}\n{}", message.body_text, ticket.reference);
    row.body_html = format!(
        "{}{}{}",
        content::text_to_html(REPLY_SEPARATOR),
        content::render(&message.body, format, &|_| None),
        content::text_to_html(&format!("{sign_off}\n{}", ticket.reference)),
    );
    cause.thread(&mut row).await?;
    Ok(row)
}

/// A failed message is sent once more, by the same mail with the same Message-ID.
pub async fn message_retried(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (mut cause, delivered) = Cause::open(state, job, "mail.message_retried").await?;
    let organization = cause.tx.organization();
    let mails = store::of_message(&mut cause.tx, organization, MessageId(delivered.entity_id)).await?;
    if mails.is_empty() {
        // It failed before there was a mail, for want of a mailbox.
        return send_message(cause, MessageId(delivered.entity_id)).await;
    }
    for mail in mails {
        store::set_state(&mut cause.tx, organization, mail, ("queued", None), 0, None).await?;
        cause.tx.enqueue(SEND_JOB, mail.0, json!({ "mail": mail }), None);
    }
    cause.tx.commit().await
}
