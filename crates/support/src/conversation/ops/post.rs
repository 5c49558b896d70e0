//! Replies of staff and customers, and notes.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FieldErrors, Permission, TicketId};
use web::{ApiResult, Body, Member, Ref, Write};

use crate::{
    conversation::{
        add::{MAX_ATTACHMENTS, MAX_BODY, NewMessage, add},
        store::MessageRow,
        wire::{CreateMessage, MessageOut, MessageVisibility},
    },
    files::store::of_messages,
    tickets::{
        change::{Changes, apply, wake_up},
        ops::{create::follow_up, input},
        policy::load_for,
        store::{self, Lock, TicketRow},
    },
};

/// `POST tickets/{id}/messages/`
pub async fn handler(reference: Ref<TicketId>, mut cx: Member<Write>, Body(input): Body<CreateMessage>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let message = run(&mut cx.tx, &actor, &reference, input).await?;
    let files = of_messages(&mut cx.tx, organization, &[message.id.0]).await?;
    let answer = web::created(&MessageOut::new(message, files, actor.is_internal()), None);
    cx.commit(answer).await
}

async fn run(
    tx: &mut TenantTx,
    actor: &Actor,
    reference: &Ref<TicketId>,
    mut input: CreateMessage,
) -> AppResult<MessageRow> {
    let internal = input.visibility == MessageVisibility::Internal;
    let permission = if internal { Permission::TicketNote } else { Permission::TicketReply };
    let ticket = load_for(tx, actor, reference, permission, Lock::ForUpdate).await?;
    if input.status.is_some() {
        actor.require(Permission::TicketStatus)?;
    }
    check(actor, &input)?;
    let reason = input.reason.filter(|text| !text.trim().is_empty());
    input.reason = reason.map(|text| web::text("reason", &text, 1, 2_000)).transpose()?;
    if actor.is_internal() {
        by_staff(tx, actor, &ticket, input).await
    } else {
        by_customer(tx, actor, &ticket, input).await
    }
}

fn check(actor: &Actor, input: &CreateMessage) -> AppResult<()> {
    let mut errors = FieldErrors::default();
    if input.body.trim().is_empty() && input.attachments.is_empty() {
        errors.add("body", "required", "A message has a text or an attachment.");
    }
    if input.body.chars().count() > MAX_BODY {
        errors.add("body", "too_long", format!("At most {MAX_BODY} characters."));
    }
    if input.body.contains('\0') {
        errors.add("body", "invalid", "Control characters are not allowed.");
    }
    for (field, given) in [("to", input.to.is_some()), ("cc", input.cc.is_some())] {
        if given && (!actor.is_internal() || input.visibility == MessageVisibility::Internal) {
            errors.add(field, "not_allowed", "Only public replies of staff have recipients.");
        }
    }
    if input.attachments.len() > MAX_ATTACHMENTS {
        errors.add("attachments", "too_long", format!("A message has at most {MAX_ATTACHMENTS} attachments."));
    }
    if input.to.as_ref().is_some_and(Vec::is_empty) {
        errors.add("to", "required", "A reply goes to somebody.");
    }
    if input.reason.as_ref().is_some_and(|reason| reason.chars().count() > 2_000) {
        errors.add("reason", "too_long", "At most 2000 characters.");
    }
    errors.finish()
}

/// Normalized, distinct addresses.
fn addresses(field: &str, list: Option<Vec<String>>) -> AppResult<Option<Vec<String>>> {
    let Some(list) = list else { return Ok(None) };
    if list.len() > 50 {
        return Err(AppError::invalid(field, "too_long", "At most 50 addresses."));
    }
    let bad = |text: &str| AppError::invalid(field, "invalid", format!("{text:.100} is not a mail address."));
    let mut clean = Vec::with_capacity(list.len());
    for text in &list {
        let address = kernel::email::normalize(text).ok_or_else(|| bad(text))?;
        if !clean.contains(&address) {
            clean.push(address);
        }
    }
    Ok(Some(clean))
}

async fn by_staff(tx: &mut TenantTx, actor: &Actor, ticket: &TicketRow, input: CreateMessage) -> AppResult<MessageRow> {
    let organization = tx.organization();
    let public = input.visibility == MessageVisibility::Public;
    let (to, cc) = if public {
        let to = addresses("to", input.to)?.unwrap_or_else(|| ticket.customer_email.iter().cloned().collect());
        let cc = match addresses("cc", input.cc)? {
            Some(cc) => cc,
            None => store::ccs(tx, organization, ticket.id).await?,
        };
        let cc: Vec<String> = cc.into_iter().filter(|address| !to.contains(address)).collect();
        store::add_ccs(tx, organization, ticket.id, &cc).await?;
        (to, cc)
    } else {
        (Vec::new(), Vec::new())
    };
    let new = NewMessage {
        visibility: if public { "public" } else { "internal" },
        direction: "out",
        body: input.body,
        format: input.format.as_str(),
        text: None,
        delivers: !to.is_empty(),
        to,
        cc,
        files: &input.attachments,
        is_automatic: false,
        mail_message_id: None,
        silent: false,
    };
    let message = add(tx, actor, ticket.id, new).await?;
    if let Some(reader) = actor.staff() {
        store::mark_read(tx, organization, ticket.id, reader, message.seq).await?;
    }
    let status = match &input.status {
        Some(key) => Some(input::status(tx, organization, key).await?),
        None => None,
    };
    let changes = Changes { status, reason: input.reason, responded: public, ..Changes::default() };
    apply(tx, actor, ticket, changes).await?;
    Ok(message)
}

async fn by_customer(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: &TicketRow,
    input: CreateMessage,
) -> AppResult<MessageRow> {
    let mut new = NewMessage::incoming(input.body);
    new.format = input.format.as_str();
    new.files = &input.attachments;
    match wake_up(tx, actor, ticket).await? {
        Some(id) => add(tx, actor, id, new).await,
        None => follow_up(tx, actor, ticket, new).await.map(|(_, message)| message),
    }
}
