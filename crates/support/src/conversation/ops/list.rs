//! The conversation, page by page.

use std::collections::HashMap;

use kernel::{AppError, MessageId, Permission, TicketId};
use web::{ApiResult, Listing, Member, Query, Read, Ref, RequestUri};

use crate::{
    conversation::{
        held,
        mentions::{self, MentionOut},
        store::{self, MessageRow},
        wire::{MessageOut, MessageQuery},
    },
    files::store::{FileRow, of_messages},
    tickets::{policy::load_for, store::Lock},
};

/// `GET tickets/{id}/messages/`
pub async fn handler(
    reference: Ref<TicketId>,
    mut cx: Member<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<MessageQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let descending = match query.ordering.as_deref() {
        None | Some("seq") => false,
        Some("-seq") => true,
        Some(_) => return Err(AppError::invalid("ordering", "invalid", "Order by seq or -seq.").into()),
    };
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    if query.held.unwrap_or(false) {
        let messages = held::mine(&mut cx.tx, &actor, ticket.id).await?;
        return Ok(web::ok(&web::page_links(&listing, messages), None));
    }
    let internal = actor.is_internal();
    let window = (listing.limit(), listing.offset());
    let rows = store::list(&mut cx.tx, organization, ticket.id, (internal, descending), window).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
    let mut files: HashMap<MessageId, Vec<FileRow>> = HashMap::new();
    for file in of_messages(&mut cx.tx, organization, &ids).await? {
        if let Some(message) = file.message_id {
            files.entry(message).or_default().push(file);
        }
    }
    let mut named: HashMap<MessageId, Vec<MentionOut>> = HashMap::new();
    if internal {
        for (message, mention) in mentions::of_messages(&mut cx.tx, organization, &ids).await? {
            named.entry(message).or_default().push(mention);
        }
    }
    let count = if internal { ticket.message_count } else { ticket.public_message_count };
    drop(cx);
    // Sanitizing may take a while: not with a transaction open, and not on a thread that serves others.
    let render = move || {
        let render = |row: MessageRow| {
            let files = files.remove(&row.id).unwrap_or_default();
            let mentions = named.remove(&row.id).unwrap_or_default();
            MessageOut { mentions, ..MessageOut::new(row, files, internal) }
        };
        rows.into_iter().map(render).collect()
    };
    let messages: Vec<MessageOut> =
        tokio::task::spawn_blocking(render).await.map_err(|error| AppError::Internal(error.into()))?;
    Ok(web::ok(&listing.page(messages, Some(i64::from(count)), None), None))
}
