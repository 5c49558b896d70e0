//! A new ticket: by staff for a customer, by a customer, out of a mail, as a follow-up.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, CustomerId, FieldErrors, MailboxId, Permission, TeamId, TicketId, UserId};
use serde_json::{Value, json};
use web::{ApiResult, Body, Member, Ref, Write};

use super::input;
use crate::{
    Priority,
    conversation::{
        add::{MAX_ATTACHMENTS, NewMessage, add},
        store::MessageRow,
    },
    customers::find_or_create_customer,
    sla,
    tickets::{
        change::{Changes, apply, due},
        events, store,
        store::{Lock, NewTicketRow, TicketRow},
        wire::{CreateTicket, TicketOut},
    },
};

/// A ticket to be made; values are checked already.
#[derive(Debug)]
pub struct NewTicket {
    /// One line.
    pub subject: String,
    /// Decides the deadlines.
    pub priority: Priority,
    /// question, incident, problem or task.
    pub kind: String,
    /// How it came.
    pub channel: String,
    /// Where exactly it came from, for example a mailbox.
    pub source: Option<String>,
    /// Topic.
    pub category: Option<String>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// The closed ticket it goes on from.
    pub follow_up_of: Option<TicketId>,
    /// Which mailbox answers go out from.
    pub mailbox: Option<MailboxId>,
    /// Free fields.
    pub custom_fields: Value,
    /// The caller's own id.
    pub external_id: Option<String>,
    /// Nobody is written to because of it.
    pub silent: bool,
}

impl NewTicket {
    /// A medium question without anything else.
    pub fn plain(subject: String, channel: &str) -> Self {
        Self {
            subject,
            priority: Priority::Medium,
            kind: "question".to_owned(),
            channel: channel.to_owned(),
            source: None,
            category: None,
            customer: None,
            follow_up_of: None,
            mailbox: None,
            custom_fields: json!({}),
            external_id: None,
            silent: false,
        }
    }
}

/// `POST tickets/`
pub async fn handler(mut cx: Member<Write>, Body(input): Body<CreateTicket>) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = by_api(&mut cx.tx, &actor, input).await?;
    let (version, now) = (ticket.version, cx.tx.now());
    cx.commit(web::created(&TicketOut::new(ticket, &actor, now), version)).await
}

async fn by_api(tx: &mut TenantTx, actor: &Actor, input: CreateTicket) -> AppResult<TicketRow> {
    if !actor.is_internal() {
        refuse(&input)?;
    }
    let (new, description, follow_ups) = read(tx, actor, input).await?;
    let (ticket, _) =
        create(tx, actor, new, NewMessage { files: &follow_ups.attachments, ..NewMessage::incoming(description) })
            .await?;
    let reference = Ref::Id(ticket);
    let row = reload(tx, actor, &reference).await?;
    if let Some(reader) = actor.staff() {
        let organization = tx.organization();
        store::mark_read(tx, organization, ticket, reader, row.message_count).await?;
    }
    let Some(changes) = follow_ups.changes(tx, actor).await? else { return reload(tx, actor, &reference).await };
    apply(tx, actor, &row, changes).await?;
    reload(tx, actor, &reference).await
}

async fn reload(tx: &mut TenantTx, actor: &Actor, reference: &Ref<TicketId>) -> AppResult<TicketRow> {
    store::find(tx, actor, reference, Lock::None).await?.ok_or(AppError::NotFound)
}

fn refuse(input: &CreateTicket) -> AppResult<()> {
    input::refuse_from_customers(&[
        ("customer", input.customer.is_some()),
        ("customer_email", input.customer_email.is_some()),
        ("customer_name", input.customer_name.is_some()),
        ("assignee", input.assignee.is_some()),
        ("assignee_id", input.assignee_id.is_some()),
        ("assigned_agent", input.assigned_agent.is_some()),
        ("team", input.team.is_some()),
        ("team_id", input.team_id.is_some()),
        ("tags", input.tags.is_some()),
        ("custom_fields", input.custom_fields.is_some()),
        ("status", input.status.is_some()),
        ("channel", input.channel.is_some()),
        ("external_id", input.external_id.is_some()),
    ])
}

/// What is set after the ticket is there, under the rules of the actions of the same name.
struct FollowUps {
    assignee: Option<UserId>,
    team: Option<TeamId>,
    tags: Vec<String>,
    status: Option<String>,
    attachments: Vec<kernel::FileId>,
}

impl FollowUps {
    async fn changes(self, tx: &mut TenantTx, actor: &Actor) -> AppResult<Option<Changes>> {
        let mut changes = Changes::default();
        if let Some(id) = self.assignee {
            actor.require(Permission::TicketAssign)?;
            changes.assignee = Some(Some(input::assignee(tx, "assignee", id).await?));
        }
        if let Some(id) = self.team {
            actor.require(Permission::TicketAssign)?;
            changes.team = Some(Some(input::team(tx, "team", id).await?));
        }
        if let Some(text) = &self.status {
            actor.require(Permission::TicketStatus)?;
            let organization = tx.organization();
            changes.status = Some(input::status(tx, organization, text).await?);
        }
        if !self.tags.is_empty() {
            changes.tags = Some(self.tags);
        }
        let any =
            changes.assignee.is_some() || changes.team.is_some() || changes.status.is_some() || changes.tags.is_some();
        Ok(any.then_some(changes))
    }
}

async fn read(tx: &mut TenantTx, actor: &Actor, input: CreateTicket) -> AppResult<(NewTicket, String, FollowUps)> {
    if input.attachments.len() > MAX_ATTACHMENTS {
        return Err(AppError::invalid("attachments", "too_long", format!("At most {MAX_ATTACHMENTS} attachments.")));
    }
    let subject = input::one_of_aliases(&[("subject", &input.subject), ("title", &input.title)])?
        .ok_or_else(|| AppError::invalid("subject", "required", "This field is required."))?;
    let assignee = input::one_of_aliases(&[
        ("assignee", &input.assignee),
        ("assignee_id", &input.assignee_id),
        ("assigned_agent", &input.assigned_agent),
    ])?;
    let team = input::one_of_aliases(&[("team", &input.team), ("team_id", &input.team_id)])?;
    let follow_ups = FollowUps {
        assignee,
        team,
        tags: input::tags(input.tags.as_deref().unwrap_or_default())?,
        status: input.status.clone(),
        attachments: input.attachments.clone(),
    };
    let channel = match (&input.channel, actor.is_internal()) {
        (Some(channel), _) => input::channel(channel)?,
        (None, true) => "api".to_owned(),
        (None, false) => "portal".to_owned(),
    };
    let new = NewTicket {
        priority: input.priority.as_deref().map_or(Ok(Priority::Medium), |text| Priority::read("priority", text))?,
        kind: input.kind.as_deref().map_or(Ok("question".to_owned()), input::kind)?,
        category: input.category.as_deref().map(|text| web::text("category", text, 1, 100)).transpose()?,
        custom_fields: input::custom_fields(input.custom_fields.clone().unwrap_or_default())?,
        external_id: input.external_id.as_deref().map(input::external_id).transpose()?,
        customer: customer(tx, actor, &input).await?,
        ..NewTicket::plain(web::text("subject", &subject, 1, 500)?, &channel)
    };
    Ok((new, input::description(input.description.as_deref().unwrap_or_default())?, follow_ups))
}

async fn customer(tx: &mut TenantTx, actor: &Actor, input: &CreateTicket) -> AppResult<Option<CustomerId>> {
    if let Some(own) = actor.customer() {
        return Ok(Some(own));
    }
    let by_email = match &input.customer_email {
        Some(email) => Some(find_or_create_customer(tx, email, input.customer_name.as_deref()).await?.0),
        None if input.customer_name.is_some() => {
            let mut errors = FieldErrors::default();
            errors.add("customer_email", "required", "A customer is found or made by address.");
            errors.finish()?;
            None
        }
        None => None,
    };
    match (input.customer, by_email) {
        (Some(id), other) => {
            let (id, _) = input::customer(tx, "customer", id).await?;
            if other.is_some_and(|other| other != id) {
                return Err(AppError::invalid(
                    "customer_email",
                    "contradiction",
                    "This is not the address of customer.",
                ));
            }
            Ok(Some(id))
        }
        (None, by_email) => Ok(by_email),
    }
}

/// Writes the ticket with its first message and event.
pub async fn create(
    tx: &mut TenantTx,
    actor: &Actor,
    new: NewTicket,
    mut message: NewMessage<'_>,
) -> AppResult<(TicketId, MessageRow)> {
    let (organization, now) = (tx.organization(), tx.now());
    let targets = sla::targets_for(tx, organization, new.priority).await?;
    let id: TicketId = tx.id();
    let row = NewTicketRow {
        id,
        subject: new.subject,
        priority: new.priority,
        kind: new.kind,
        channel: new.channel,
        source: new.source,
        category: new.category,
        customer: new.customer,
        policy: targets.policy,
        first_response_due_at: due(now, targets.first_response),
        resolution_due_at: due(now, targets.resolution),
        follow_up_of: new.follow_up_of,
        mailbox: new.mailbox,
        custom_fields: new.custom_fields,
        external_id: new.external_id,
    };
    store::insert(tx, organization, &row, now).await.on_constraint("tickets_external_id_key", || {
        AppError::taken("external_id", "Another ticket has this external id.")
    })?;
    let known = json!({
        "subject": row.subject, "priority": row.priority.as_str(), "type": row.kind, "channel": row.channel,
        "source": row.source, "category": row.category, "customer": row.customer, "follow_up_of": row.follow_up_of,
        "mailbox": row.mailbox, "custom_fields": row.custom_fields, "external_id": row.external_id,
    });
    tx.audit_change("ticket.created", ("ticket", Some(id.0)), &(), &known);
    // The event of the ticket speaks for its first message too.
    message.silent = true;
    let message = add(tx, actor, id, message).await?;
    events::created(tx, actor, id, new.silent);
    Ok((id, message))
}

/// A new ticket that goes on from a closed one, with the message that came too late for it.
pub async fn follow_up(
    tx: &mut TenantTx,
    actor: &Actor,
    closed: &TicketRow,
    channel: &str,
    message: NewMessage<'_>,
) -> AppResult<(TicketId, MessageRow)> {
    let new = NewTicket {
        priority: closed.priority,
        kind: closed.kind.clone(),
        category: closed.category.clone(),
        customer: closed.customer_id,
        follow_up_of: Some(closed.id),
        mailbox: closed.mailbox_id,
        silent: message.is_automatic,
        ..NewTicket::plain(closed.subject.clone(), channel)
    };
    create(tx, actor, new, message).await
}
