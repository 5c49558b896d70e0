//! Messages that wait for some seconds in which their author can take them back.
//!
//! A held message is no message yet: it has no place in the conversation, and whatever it brings
//! about (status, first response, event, mail) happens in one transaction when a job releases it. If
//! that is not allowed any more by then, it becomes the author's draft again, and the author is told.

use chrono::{DateTime, TimeDelta, Utc};
use db::{Mode, TenantTx, audit::Origin, jobs::ClaimedJob, worker::JobError};
use kernel::{Actor, AppError, AppResult, MessageId, OrganizationId, TicketId, UserId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use web::{AppState, Ref};

use super::{
    events,
    ops::post::{addresses, by_staff, load},
    store::MessageRow,
    wire::{CreateMessage, MessageOut, MessageVisibility},
};
use crate::{
    content,
    drafts::{
        self,
        model::{Content, DraftKind},
        store::Place,
        wire::DraftOut,
    },
    files::{self, store::FileRow},
    tickets::{
        change::progress,
        model::{Move, transition},
        ops::input,
        store::TicketRow,
    },
};

/// Sends a held message: payload `{message}`.
pub const RELEASE_JOB: &str = "messages.release";

#[derive(Debug)]
struct HeldRow {
    id: MessageId,
    ticket_id: TicketId,
    user_id: UserId,
    request: Value,
    release_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl HeldRow {
    fn request(&self) -> AppResult<CreateMessage> {
        serde_json::from_value(self.request.clone()).map_err(|error| AppError::Internal(error.into()))
    }
}

/// Keeps the message of a member of staff until it is released. Whatever would be refused is refused now.
pub async fn hold(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: &TicketRow,
    input: CreateMessage,
    patience: TimeDelta,
) -> AppResult<MessageOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let user = actor.staff().ok_or(AppError::NotFound)?;
    let files = check(tx, actor, ticket, &input).await?;
    let row = HeldRow {
        id: tx.id(),
        ticket_id: ticket.id,
        user_id: user,
        request: serde_json::to_value(&input).map_err(|error| AppError::Internal(error.into()))?,
        release_at: now + patience,
        created_at: now,
    };
    insert(tx, organization, &row).await?;
    drop_draft(tx, user, ticket.id, input.visibility == MessageVisibility::Internal).await?;
    tx.enqueue(RELEASE_JOB, row.id.0, json!({ "message": row.id }), Some(row.release_at));
    let known = json!({ "ticket": ticket.id, "until": row.release_at });
    tx.audit("message.held", ("message", Some(row.id.0)), &(), &known);
    shown(actor, row, files, ticket.customer_address())
}

/// The attachments, when the message could be sent right now.
async fn check(tx: &mut TenantTx, actor: &Actor, ticket: &TicketRow, input: &CreateMessage) -> AppResult<Vec<FileRow>> {
    let (organization, now) = (tx.organization(), tx.now());
    addresses("to", input.to.clone())?;
    addresses("cc", input.cc.clone())?;
    if let Some(text) = &input.status {
        let status = input::status(tx, organization, text).await?;
        let how = Move { reason: input.reason.as_deref(), forced: false, responds: false, now };
        transition(&progress(ticket), &status, how)?;
    }
    let files = files::store::loose(tx, organization, &input.attachments, actor.person).await?;
    if input.attachments.iter().all(|wanted| files.iter().any(|file| file.id == *wanted)) {
        Ok(files)
    } else {
        let why = "One of these files was not uploaded by you, or hangs on a message already.";
        Err(AppError::invalid("attachments", "unknown", why))
    }
}

/// The author's own held messages of a ticket, oldest first.
pub async fn mine(tx: &mut TenantTx, actor: &Actor, ticket: TicketId) -> AppResult<Vec<MessageOut>> {
    let organization = tx.organization();
    let Some(user) = actor.staff() else { return Ok(Vec::new()) };
    let mut messages = Vec::new();
    for row in of_author(tx, organization, ticket, user).await? {
        let attachments = row.request()?.attachments;
        let files = files::store::loose(tx, organization, &attachments, actor.person).await?;
        messages.push(shown(actor, row, files, None)?);
    }
    Ok(messages)
}

fn shown(actor: &Actor, row: HeldRow, files: Vec<FileRow>, customer: Option<&str>) -> AppResult<MessageOut> {
    let (input, held_until) = (row.request()?, row.release_at);
    let is_note = input.visibility == MessageVisibility::Internal;
    let body_text = match input.format.as_str() {
        "html" => content::html_to_text(&input.body),
        "markdown" => content::html_to_text(&content::markdown_to_html(&input.body)),
        _ => input.body.clone(),
    };
    let to = input.to.unwrap_or_else(|| customer.filter(|_| !is_note).map(str::to_owned).into_iter().collect());
    let message = MessageRow {
        id: row.id,
        ticket_id: row.ticket_id,
        seq: 0,
        visibility: if is_note { "internal" } else { "public" }.to_owned(),
        direction: "out".to_owned(),
        author_kind: actor.person.kind().to_owned(),
        author_id: actor.person.uuid(),
        author_name: actor.name.clone(),
        format: input.format.as_str().to_owned(),
        body: input.body,
        body_text,
        recipients: to,
        cc: input.cc.unwrap_or_default(),
        is_automatic: false,
        mail_message_id: None,
        delivery_state: "held".to_owned(),
        delivery_error: None,
        delivery_attempts: 0,
        created_at: row.created_at,
    };
    Ok(MessageOut { held_until: Some(held_until), ..MessageOut::new(message, files, true) })
}

/// The draft that was sent is none any more.
pub async fn drop_draft(tx: &mut TenantTx, user: UserId, ticket: TicketId, is_note: bool) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let place = Place { ticket, user, kind: DraftKind::of(is_note) };
    Ok(drafts::store::delete(tx, organization, place, 0, now).await?)
}

/// Gives a held message back to its author as the draft; nothing when there is none of theirs.
pub async fn take_back(tx: &mut TenantTx, actor: &Actor, id: MessageId) -> AppResult<Option<DraftOut>> {
    let organization = tx.organization();
    let Some(user) = actor.staff() else { return Ok(None) };
    let Some(row) = take(tx, organization, id, Some(user)).await? else { return Ok(None) };
    tx.audit("message.taken_back", ("message", Some(id.0)), &json!({ "ticket": row.ticket_id }), &());
    Ok(Some(to_draft(tx, &row).await?))
}

async fn to_draft(tx: &mut TenantTx, row: &HeldRow) -> AppResult<DraftOut> {
    let input = row.request()?;
    let kind = DraftKind::of(input.visibility == MessageVisibility::Internal);
    let content = Content {
        body: input.body,
        format: input.format.as_str().to_owned(),
        to: input.to,
        cc: input.cc,
        attachments: input.attachments,
        status: input.status,
    };
    drafts::ops::give_back(tx, Place { ticket: row.ticket_id, user: row.user_id, kind }, content).await
}

/// Runs the job [`RELEASE_JOB`].
pub async fn release(state: &AppState, job: &ClaimedJob) -> Result<(), JobError> {
    let id: Option<MessageId> = job.payload.get("message").and_then(|id| serde_json::from_value(id.clone()).ok());
    let id = id.ok_or_else(|| JobError::Hopeless("The job names no message.".to_owned()))?;
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
    let Some(row) = take(&mut tx, job.organization, id, None).await.map_err(AppError::from)? else { return Ok(()) };
    match send(&mut tx, row).await {
        Ok(()) => Ok(tx.commit().await?),
        Err(AppError::Invalid(_) | AppError::Conflict(..) | AppError::NotFound | AppError::Forbidden(_)) => {
            tx.rollback().await?;
            Ok(refuse(state, job.organization, id).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(tx: &mut TenantTx, row: HeldRow) -> AppResult<()> {
    let author = identity::facade::active_staff(tx, &[row.user_id]).await?.pop().ok_or(AppError::NotFound)?;
    let kind = author.person.kind();
    tx.act_as(Origin { kind, id: author.person.uuid(), name: author.name.clone(), ..Origin::default() });
    let (ticket, input) = load(tx, &author, &Ref::Id(row.ticket_id), row.request()?).await?;
    by_staff(tx, &author, &ticket, input, Some(row.id)).await.map(drop)
}

/// What cannot be sent any more becomes a draft again.
async fn refuse(state: &AppState, organization: OrganizationId, id: MessageId) -> AppResult<()> {
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let Some(row) = take(&mut tx, organization, id, None).await? else { return Ok(()) };
    to_draft(&mut tx, &row).await?;
    tx.audit("message.not_sent", ("message", Some(id.0)), &json!({ "ticket": row.ticket_id }), &());
    events::refused(&mut tx, row.ticket_id, id, row.user_id);
    tx.commit().await
}

async fn insert(tx: &mut PgConnection, organization: OrganizationId, row: &HeldRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into held_messages (organization_id, id, ticket_id, user_id, request, release_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        organization as _,
        row.id as _,
        row.ticket_id as _,
        row.user_id as _,
        row.request,
        row.release_at,
        row.created_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes it out: whoever does so first, the author or the job, has it.
async fn take(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MessageId,
    author: Option<UserId>,
) -> sqlx::Result<Option<HeldRow>> {
    sqlx::query_as!(
        HeldRow,
        "delete from held_messages where organization_id = $1 and id = $2 and ($3::uuid is null or user_id = $3)
         returning id, ticket_id, user_id, request, release_at, created_at",
        organization as _,
        id as _,
        author as Option<UserId>
    )
    .fetch_optional(tx)
    .await
}

async fn of_author(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    author: UserId,
) -> sqlx::Result<Vec<HeldRow>> {
    sqlx::query_as!(
        HeldRow,
        "select id, ticket_id, user_id, request, release_at, created_at from held_messages
          where organization_id = $1 and ticket_id = $2 and user_id = $3 order by created_at, id",
        organization as _,
        ticket as _,
        author as _
    )
    .fetch_all(tx)
    .await
}
