//! Use cases of drafts.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FieldErrors, FileId, Permission, TicketId, UserId};
use web::{ApiResult, Body, Nested, Query, Read, Ref, Staff, Write};

use super::{
    model::{Content, DraftKind},
    store::{self, DraftRow, Place},
    wire::{DeleteDraft, DraftOut, SaveDraft},
};
use crate::{
    conversation::add::{MAX_ATTACHMENTS, MAX_BODY},
    files,
    tickets::{ops::input, policy::load_for, store::Lock},
};

/// Beyond it a client could not count on.
const MAX_REV: i64 = 1 << 53;

/// `GET tickets/{id}/drafts/{kind}/`
pub async fn get(Nested(reference, kind): Nested<Ref<TicketId>, DraftKind>, mut cx: Staff<Read>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let place = place(&mut cx.tx, &actor, &reference, kind).await?;
    let row = store::find(&mut cx.tx, organization, place, false).await?;
    Ok(web::ok(&shown(&mut cx.tx, place, row).await?, None))
}

/// `PUT tickets/{id}/drafts/{kind}/`
pub async fn put(
    Nested(reference, kind): Nested<Ref<TicketId>, DraftKind>,
    mut cx: Staff<Write>,
    Body(input): Body<SaveDraft>,
) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let place = place(&mut cx.tx, &actor, &reference, kind).await?;
    let rev = check_rev(input.rev)?;
    let content = read(&mut cx.tx, place.user, input).await?;
    if !store::save(&mut cx.tx, organization, place, rev, &content, now).await? {
        return Err(AppError::Stale.into());
    }
    let row = DraftRow { rev, content, updated_at: now, is_deleted: false };
    let answer = web::ok(&shown(&mut cx.tx, place, Some(row)).await?, None);
    cx.commit(answer).await
}

/// `DELETE tickets/{id}/drafts/{kind}/`
pub async fn delete(
    Nested(reference, kind): Nested<Ref<TicketId>, DraftKind>,
    mut cx: Staff<Write>,
    Query(query): Query<DeleteDraft>,
) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let place = place(&mut cx.tx, &actor, &reference, kind).await?;
    let rev = query.rev.map_or(Ok(0), check_rev)?;
    store::delete(&mut cx.tx, organization, place, rev, now).await?;
    cx.commit(web::no_content()).await
}

/// Whoever writes in a ticket they see has drafts there; keys have none.
async fn place(tx: &mut TenantTx, actor: &Actor, reference: &Ref<TicketId>, kind: DraftKind) -> AppResult<Place> {
    let ticket = load_for(tx, actor, reference, Permission::TicketRead, Lock::None).await?.id;
    actor.require(kind.permission())?;
    Ok(Place { ticket, user: actor.staff().ok_or(AppError::NotFound)?, kind })
}

fn check_rev(rev: i64) -> AppResult<i64> {
    if (0..=MAX_REV).contains(&rev) {
        Ok(rev)
    } else {
        Err(AppError::invalid("rev", "invalid", "Count from 1 upwards."))
    }
}

async fn read(tx: &mut TenantTx, user: UserId, input: SaveDraft) -> AppResult<Content> {
    let mut errors = FieldErrors::default();
    if input.body.chars().count() > MAX_BODY {
        errors.add("body", "too_long", format!("At most {MAX_BODY} characters."));
    }
    for (field, list) in [("to", &input.to), ("cc", &input.cc)] {
        let list = list.as_deref().unwrap_or_default();
        if list.len() > 50 || list.iter().any(|text| text.chars().count() > 320) {
            errors.add(field, "too_long", "At most 50 addresses.");
        }
    }
    if input.attachments.len() > MAX_ATTACHMENTS {
        errors.add("attachments", "too_long", format!("A message has at most {MAX_ATTACHMENTS} attachments."));
    }
    errors.finish()?;
    let organization = tx.organization();
    let loose = files::store::loose(tx, organization, &input.attachments, kernel::Person::Staff(user)).await?;
    let known = |file: &FileId| loose.iter().any(|row| row.id == *file);
    if !input.attachments.iter().all(known) {
        let why = "One of these files was not uploaded by you, or hangs on a message already.";
        return Err(AppError::invalid("attachments", "unknown", why));
    }
    let status = match &input.status {
        Some(text) => Some(input::status(tx, organization, text).await?.key),
        None => None,
    };
    Ok(Content {
        body: input.body,
        format: input.format.as_str().to_owned(),
        to: input.to,
        cc: input.cc,
        attachments: input.attachments,
        status,
    })
}

/// As the author sees it; files that were sent or removed meanwhile are not named any more.
pub(crate) async fn shown(tx: &mut TenantTx, place: Place, row: Option<DraftRow>) -> AppResult<DraftOut> {
    let organization = tx.organization();
    let kind = place.kind.as_str().to_owned();
    let rev = row.as_ref().map_or(0, |row| row.rev);
    let Some(DraftRow { content, updated_at, .. }) = row.filter(|row| !row.is_deleted) else {
        let format = "markdown".to_owned();
        let (body, attachments) = (String::new(), Vec::new());
        return Ok(DraftOut {
            kind,
            rev,
            body,
            format,
            to: None,
            cc: None,
            attachments,
            status: None,
            updated_at: None,
        });
    };
    let owner = kernel::Person::Staff(place.user);
    let attachments = files::store::loose(tx, organization, &content.attachments, owner).await?;
    Ok(DraftOut {
        kind,
        rev,
        body: content.body,
        format: content.format,
        to: content.to,
        cc: content.cc,
        attachments: attachments.into_iter().map(Into::into).collect(),
        status: content.status,
        updated_at: Some(updated_at),
    })
}

/// Gives a message that was not sent back to its author, as the draft.
pub(crate) async fn give_back(tx: &mut TenantTx, place: Place, content: Content) -> AppResult<DraftOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let present = store::find(tx, organization, place, true).await?;
    let rev = present.as_ref().map_or(0, |row| row.rev) + 1;
    let begun = present.filter(|row| !row.is_deleted).map(|row| row.content);
    let content = super::model::returned(content, begun);
    store::save(tx, organization, place, rev, &content, now).await?;
    shown(tx, place, Some(DraftRow { rev, content, updated_at: now, is_deleted: false })).await
}
