//! Who is written to because of an event.

use chrono::TimeDelta;
use db::{Mode, TenantTx, jobs::ClaimedJob, outbox::Delivered, platform::Organization};
use kernel::{ApiKeyId, AppError, AppResult, EventId, MessageId, OutgoingMailId, TicketId, UserId};
use serde_json::{Value, json};
use support::facade::{self, Message, Ticket, content};
use uuid::Uuid;
use web::AppState;

use super::{
    SEND_JOB,
    store::{self, OutgoingRow},
    template,
};
use crate::{
    mail::{
        parse::is_no_reply,
        quote::REPLY_SEPARATOR,
        token::{MailKey, message_id},
    },
    mailboxes::{self, MailboxOut as Mailbox},
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
        let organization = db::platform::find(&state.db, job.organization).await?.ok_or(AppError::NotFound)?;
        let cause = Self {
            tx: TenantTx::system(&state.db, job.organization, Mode::Write).await?,
            event: delivered.event_id,
            subscriber,
            key: MailKey::of(&state.keys),
            url: state.config.organization_url(&organization.slug),
            organization,
        };
        Ok((cause, delivered))
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

/// The member of staff or customer who did it.
fn actor_of(delivered: &Delivered) -> (String, Option<Uuid>) {
    let actor = delivered.payload.get("actor").cloned().unwrap_or_default();
    let kind = actor.get("kind").and_then(Value::as_str).unwrap_or("system").to_owned();
    (kind, actor.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()))
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
    let Some(email) = ticket.customer_email.clone() else { return Ok(()) };
    let Some(mailbox) = cause.mailbox(&ticket).await? else { return Ok(()) };
    let mut row = cause.row("created", Some(&ticket), &mailbox, &email);
    let organization = cause.organization.name.clone();
    let values = [("reference", ticket.reference.as_str()), ("organization", organization.as_str())];
    let (subject, body) = template::filled(&mut cause.tx, "created", &values).await?;
    row.subject = subject;
    row.body_html = content::text_to_html(&body);
    row.body_text = format!("{REPLY_SEPARATOR}\n\n{body}");
    cause.thread(&mut row).await?;
    cause.queue(row).await?;
    cause.tx.commit().await
}

/// The assignee hears of it, unless it was their own doing.
pub async fn ticket_assigned(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (cause, delivered) = Cause::open(state, job, "mail.ticket_assigned").await?;
    let assignee = delivered.payload.get("assignee").and_then(Value::as_str).and_then(|id| id.parse().ok()).map(UserId);
    to_assignee(cause, &delivered, TicketId(delivered.entity_id), "assigned", assignee, String::new()).await
}

/// The assignee hears what others changed; the assignment itself has a mail of its own.
pub async fn ticket_updated(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (cause, delivered) = Cause::open(state, job, "mail.ticket_updated").await?;
    let fields: Vec<&str> = delivered.payload.get("fields").and_then(Value::as_array).map_or(Vec::new(), |fields| {
        fields.iter().filter_map(Value::as_str).filter(|field| *field != "assignee").collect()
    });
    if fields.is_empty() {
        return Ok(());
    }
    let changes = format!("Changed: {}", fields.join(", "));
    to_assignee(cause, &delivered, TicketId(delivered.entity_id), "updated", None, changes).await
}

async fn to_assignee(
    mut cause: Cause,
    delivered: &Delivered,
    ticket: TicketId,
    kind: &'static str,
    only: Option<UserId>,
    changes: String,
) -> AppResult<()> {
    let organization = cause.tx.organization();
    let Some(ticket) = facade::find_ticket(&mut cause.tx, ticket, false).await? else { return Ok(()) };
    let Some(assignee) = ticket.assignee_id.filter(|assignee| only.is_none_or(|only| only == *assignee)) else {
        return Ok(());
    };
    let (actor_kind, actor) = actor_of(delivered);
    if actor_kind == "user" && actor == Some(assignee.0) {
        return Ok(());
    }
    let Some(person) = identity::facade::find_addressee(&mut cause.tx, organization, assignee).await? else {
        return Ok(());
    };
    let actor = match (actor_kind.as_str(), actor) {
        ("user", Some(id)) => {
            identity::facade::find_user(&mut cause.tx, organization, UserId(id)).await?.map(|user| user.name)
        }
        ("customer", _) => ticket.customer_name.clone(),
        ("key", Some(id)) => identity::facade::find_key_name(&mut cause.tx, organization, ApiKeyId(id)).await?,
        _ => None,
    };
    let Some(mailbox) = cause.mailbox(&ticket).await? else { return Ok(()) };
    let mut row = cause.row(kind, Some(&ticket), &mailbox, &person.email);
    let due_at = ticket.resolution_due_at.format("%Y-%m-%d %H:%M UTC").to_string();
    let url = format!("{}/tickets/{}", cause.url, ticket.number);
    let values = [
        ("reference", ticket.reference.as_str()),
        ("name", person.name.as_str()),
        ("actor", actor.as_deref().unwrap_or("Helpdesk")),
        ("subject", ticket.subject.as_str()),
        ("priority", ticket.priority.as_str()),
        ("due_at", due_at.as_str()),
        ("changes", changes.as_str()),
        ("url", url.as_str()),
    ];
    let (subject, body) = template::filled(&mut cause.tx, kind, &values).await?;
    row.subject = subject;
    row.body_html = content::text_to_html(&body);
    row.body_text = body;
    row.recipient_name = Some(person.name.clone());
    cause.queue(row).await?;
    cause.tx.commit().await
}

/// A public message of staff goes to the customer; one of the customer is told to the assignee.
pub async fn message_created(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (mut cause, delivered) = Cause::open(state, job, "mail.message_created").await?;
    let Some(message) = facade::find_message(&mut cause.tx, MessageId(delivered.entity_id)).await? else {
        return Ok(());
    };
    if message.author_kind == "customer" && !is_silent(&delivered) {
        let excerpt: String = message.body_text.chars().take(2_000).collect();
        let changes = format!("{} wrote:\n\n{excerpt}", message.author_name);
        return to_assignee(cause, &delivered, message.ticket_id, "updated", None, changes).await;
    }
    send_message(cause, message.id).await
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
    let format = match message.format.as_str() {
        "markdown" => content::BodyFormat::Markdown,
        "html" => content::BodyFormat::Html,
        _ => content::BodyFormat::Text,
    };
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
