//! SQL of checking the chain, in batches.

use chrono::{DateTime, Utc};
use db::audit_chain::{Entry, Link, digest};
use kernel::{AppResult, AuditEntryId, OrganizationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Rows of the chain that are looked at together.
const CHAINED: i64 = 500;
/// Rows of the log that are looked at together, without their contents.
pub const LOGGED: i64 = 5_000;

/// A row of the chain with the entry it stands for, if that is still there.
#[derive(Debug)]
pub struct Chained {
    pub link: Link,
    pub version: i16,
    pub hash: [u8; 32],
    pub entry_id: AuditEntryId,
    pub entry: Option<Entry>,
}

/// Rows of the chain behind `seq`, in order.
pub async fn chained(tx: &mut PgConnection, organization: OrganizationId, seq: i64) -> AppResult<Vec<Chained>> {
    let rows = sqlx::query!(
        r#"select c.seq, c.entry_id as "entry_id: AuditEntryId", c.version, c.previous, c.hash, c.chained_at,
                  l.id as "id?: Uuid", l.occurred_at as "occurred_at?", l.action as "action?", l.actor_kind as "actor_kind?",
                  l.actor_id, l.actor_name as "actor_name?", l.impersonator_id, l.session_id as "session_id: Uuid", l.ip,
                  l.user_agent, l.request_id, l.entity_kind as "entity_kind?", l.entity_id, l.before, l.after
             from audit_chain c left join audit_log l on l.organization_id = $1 and l.id = c.entry_id
            where c.organization_id = $1 and c.seq > $2
            order by c.seq limit $3"#,
        organization as _,
        seq,
        CHAINED
    )
    .fetch_all(tx)
    .await?;
    let chained = rows.into_iter().map(|row| {
        let link = Link { organization, seq: row.seq, previous: digest(&row.previous)?, chained_at: row.chained_at };
        let entry = match (row.id, row.occurred_at, row.action, row.actor_kind, row.actor_name, row.entity_kind) {
            (Some(id), Some(occurred_at), Some(action), Some(actor_kind), Some(actor_name), Some(entity_kind)) => {
                Some(Entry {
                    id,
                    occurred_at,
                    action,
                    actor_kind,
                    actor_id: row.actor_id,
                    actor_name,
                    impersonator_id: row.impersonator_id,
                    session_id: row.session_id,
                    ip: row.ip,
                    user_agent: row.user_agent,
                    request_id: row.request_id,
                    entity_kind,
                    entity_id: row.entity_id,
                    before: row.before,
                    after: row.after,
                })
            }
            _ => None,
        };
        Ok(Chained { link, version: row.version, hash: digest(&row.hash)?, entry_id: row.entry_id, entry })
    });
    chained.collect()
}

/// A row of the log, and whether it is chained.
#[derive(Debug)]
pub struct Logged {
    pub id: AuditEntryId,
    pub occurred_at: DateTime<Utc>,
    pub action: String,
    pub is_chained: bool,
}

/// Rows of the log behind an id, in order; up to [`LOGGED`].
pub async fn logged(tx: &mut PgConnection, organization: OrganizationId, after: Uuid) -> sqlx::Result<Vec<Logged>> {
    sqlx::query_as!(
        Logged,
        r#"select l.id, l.occurred_at, l.action, c.seq is not null as "is_chained!"
             from audit_log l
             left join lateral (select c.seq from audit_chain c where c.organization_id = $1 and c.entry_id = l.id limit 1) c on true
            where l.organization_id = $1 and l.id > $2 order by l.id limit $3"#,
        organization as _,
        after,
        LOGGED
    )
    .fetch_all(tx)
    .await
}
