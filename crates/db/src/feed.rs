//! What happened, in the order in which the dispatcher gave it out, for whoever tells people at once.

use kernel::{AppResult, OrganizationId};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Mode, PlatformTx};

/// One event of the feed.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place; rising within an organization, with gaps.
    pub seq: i64,
    /// Whose.
    pub organization: OrganizationId,
    /// For example `ticket.created`.
    pub topic: String,
    /// The entity it happened to.
    pub entity: Uuid,
    /// Ids and names of fields.
    pub payload: Value,
}

/// The first and the last place that the feed still has; zeros when it is empty.
pub async fn ends(db: &Db) -> AppResult<(i64, i64)> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let row = sqlx::query!(
        r#"select coalesce((select seq from platform.feed order by seq limit 1), 0) as "first!",
                  coalesce((select seq from platform.feed order by seq desc limit 1), 0) as "last!""#
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok((row.first, row.last))
}

/// What stands behind a place, of all organizations, at most `limit`.
pub async fn behind(db: &Db, seq: i64, limit: i64) -> AppResult<Vec<Entry>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let rows = sqlx::query_as!(
        Entry,
        "select seq, organization_id as organization, topic, entity_id as entity, payload
           from platform.feed where seq > $1 order by seq limit $2",
        seq,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows)
}

/// What stands behind a place, of one organization, at most `limit`.
pub async fn behind_of(db: &Db, organization: OrganizationId, seq: i64, limit: i64) -> AppResult<Vec<Entry>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let rows = sqlx::query_as!(
        Entry,
        "select seq, organization_id as organization, topic, entity_id as entity, payload
           from platform.feed where organization_id = $1 and seq > $2 order by seq limit $3",
        organization as _,
        seq,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows)
}
