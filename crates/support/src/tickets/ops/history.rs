//! What happened to a ticket's fields.

use kernel::{Permission, TicketId};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiResult, Listing, Query, Read, Ref, RequestUri, Staff};

use crate::tickets::{
    policy::load_for,
    store::{self, HistoryRow, Lock},
    wire::{HistoryActor, HistoryOut},
};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

/// `GET tickets/{id}/history/`
pub async fn handler(
    reference: Ref<TicketId>,
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<HistoryQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketInsight, Lock::None).await?;
    let rows = store::history(&mut cx.tx, organization, ticket.id, listing.limit(), listing.offset()).await?;
    let count = store::count_history(&mut cx.tx, organization, ticket.id).await?;
    let lines = rows.into_iter().map(HistoryOut::from).collect();
    Ok(web::ok(&listing.page(lines, Some(count), None), None))
}

impl From<HistoryRow> for HistoryOut {
    fn from(row: HistoryRow) -> Self {
        let id = row.actor_id.map(|actor| kernel::id::wire(&row.actor_kind, actor));
        Self {
            id: row.id,
            at: row.created_at,
            actor: HistoryActor { kind: row.actor_kind, id, name: row.actor_name },
            field: row.field,
            old: row.old_value,
            new: row.new_value,
            reason: row.reason,
        }
    }
}
