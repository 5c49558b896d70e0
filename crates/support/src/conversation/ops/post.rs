//! Replies of staff and customers, and notes.

use chrono::TimeDelta;
use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FieldErrors, MessageId, Permission, TicketId};
use web::{ApiResult, Body, Member, Ref, Write};

use crate::{
    conversation::{
        add::{MAX_ATTACHMENTS, MAX_BODY, NewMessage, add},
        held, mentions,
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
    let (ticket, input) = load(&mut cx.tx, &actor, &reference, input).await?;
    if let Some(seconds) = input.hold_seconds.filter(|seconds| *seconds > 0) {
        let message = held::hold(&mut cx.tx, &actor, &ticket, input, TimeDelta::seconds(seconds)).await?;
        return cx.commit(web::created(&message, None)).await;
    }
    let message = if actor.is_internal() {
        by_staff(&mut cx.tx, &actor, &ticket, input, None).await?
    } else {
        by_customer(&mut cx.tx, &actor, &ticket, input).await?
    };
    let files = of_messages(&mut cx.tx, organization, &[message.id.0]).await?;
    let mut shown = MessageOut::new(message, files, actor.is_internal());
    if shown.visibility == "internal" {
        let named = mentions::of_messages(&mut cx.tx, organization, &[shown.id.0]).await?;
        shown.mentions = named.into_iter().map(|(_, mention)| mention).collect();
    }
    cx.commit(web::created(&shown, None)).await
}

/// The ticket, locked, when the actor may write this there.
pub async fn load(
    tx: &mut TenantTx,
    actor: &Actor,
    reference: &Ref<TicketId>,
    mut input: CreateMessage,
) -> AppResult<(TicketRow, CreateMessage)> {
    let internal = input.visibility == MessageVisibility::Internal;
    let permission = if internal { Permission::TicketNote } else { Permission::TicketReply };
    let ticket = load_for(tx, actor, reference, permission, Lock::ForUpdate).await?;
    if input.status.is_some() {
        actor.require(Permission::TicketStatus)?;
    }
    check(actor, &input)?;
    let reason = input.reason.filter(|text| !text.trim().is_empty());
    input.reason = reason.map(|text| web::text("reason", &text, 1, 2_000)).transpose()?;
    Ok((ticket, input))
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
    match input.hold_seconds {
        Some(seconds) if !(0..=60).contains(&seconds) => {
            errors.add("hold_seconds", "invalid", "A message is held for 0 to 60 seconds.");
        }
        Some(seconds) if seconds > 0 && actor.staff().is_none() => {
            errors.add("hold_seconds", "not_allowed", "Only people of the staff hold messages.");
        }
        _ => {}
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
pub fn addresses(field: &str, list: Option<Vec<String>>) -> AppResult<Option<Vec<String>>> {
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

/// Writes a message of staff with everything that it brings about; `id` when it was held under one.
pub async fn by_staff(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: &TicketRow,
    input: CreateMessage,
    id: Option<MessageId>,
) -> AppResult<MessageRow> {
    let organization = tx.organization();
    let public = input.visibility == MessageVisibility::Public;
    let (to, cc) = if public {
        let to = addresses("to", input.to)?
            .unwrap_or_else(|| ticket.customer_address().map(str::to_owned).into_iter().collect());
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
        id,
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
        if id.is_none() {
            held::drop_draft(tx, reader, ticket.id, !public).await?;
        }
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
        None => follow_up(tx, actor, ticket, "portal", new).await.map(|(_, message)| message),
    }
}
