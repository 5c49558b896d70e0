//! SQL of drafts.

use chrono::{DateTime, Utc};
use kernel::{FileId, OrganizationId, TicketId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Content, DraftKind};

/// Whose draft of what.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub ticket: TicketId,
    pub user: UserId,
    pub kind: DraftKind,
}

/// A draft as stored.
#[derive(Debug, Clone)]
pub struct DraftRow {
    pub rev: i64,
    pub content: Content,
    pub updated_at: DateTime<Utc>,
    pub is_deleted: bool,
}

/// What is there, deleted or not.
pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    place: Place,
    lock: bool,
) -> sqlx::Result<Option<DraftRow>> {
    if lock {
        sqlx::query!(
            "select rev from drafts where organization_id = $1 and ticket_id = $2 and user_id = $3 and kind = $4 for update",
            organization as _,
            place.ticket as _,
            place.user as _,
            place.kind.as_str()
        )
        .fetch_optional(&mut *tx)
        .await?;
    }
    let row = sqlx::query!(
        r#"select rev, body, format, recipients as "to", cc, attachments, status, updated_at, deleted_at is not null as "is_deleted!"
             from drafts where organization_id = $1 and ticket_id = $2 and user_id = $3 and kind = $4"#,
        organization as _,
        place.ticket as _,
        place.user as _,
        place.kind.as_str()
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| DraftRow {
        rev: row.rev,
        content: Content {
            body: row.body,
            format: row.format,
            to: row.to,
            cc: row.cc,
            attachments: row.attachments.into_iter().map(FileId).collect(),
            status: row.status,
        },
        updated_at: row.updated_at,
        is_deleted: row.is_deleted,
    }))
}

/// Writes the draft under this revision, unless a newer save or a deletion was there first.
pub async fn save(
    tx: &mut PgConnection,
    organization: OrganizationId,
    place: Place,
    rev: i64,
    content: &Content,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let files: Vec<Uuid> = content.attachments.iter().map(|file| file.0).collect();
    let done = sqlx::query!(
        "insert into drafts as d (organization_id, ticket_id, user_id, kind, rev, body, format, recipients, cc, attachments, status, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (organization_id, ticket_id, user_id, kind) do update
            set rev = excluded.rev, body = excluded.body, format = excluded.format, recipients = excluded.recipients, cc = excluded.cc,
                attachments = excluded.attachments, status = excluded.status, updated_at = excluded.updated_at, deleted_at = null
          where case when d.deleted_at is null then d.rev <= excluded.rev else d.rev < excluded.rev end",
        organization as _,
        place.ticket as _,
        place.user as _,
        place.kind.as_str(),
        rev,
        content.body,
        content.format,
        content.to.as_deref(),
        content.cc.as_deref(),
        &files,
        content.status,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Empties the draft and leaves its revision, at least this one, behind.
pub async fn delete(
    tx: &mut PgConnection,
    organization: OrganizationId,
    place: Place,
    rev: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into drafts as d (organization_id, ticket_id, user_id, kind, rev, updated_at, deleted_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (organization_id, ticket_id, user_id, kind) do update
            set rev = greatest(excluded.rev, d.rev + case when d.deleted_at is null then 1 else 0 end), body = '', recipients = null,
                cc = null, attachments = '{}', status = null, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at",
        organization as _,
        place.ticket as _,
        place.user as _,
        place.kind.as_str(),
        rev,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets the revisions of drafts that were deleted before.
pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from drafts where organization_id = $1 and deleted_at < $2", organization as _, before)
        .execute(tx)
        .await?;
    Ok(())
}
