//! SQL of files.

use chrono::{DateTime, Utc};
use kernel::{FileId, MessageId, OrganizationId, Person, TicketId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A file as stored.
#[derive(Debug, Clone)]
pub struct FileRow {
    pub id: FileId,
    pub name: String,
    pub content_type: String,
    pub size: i64,
    pub object_key: String,
    pub message_id: Option<MessageId>,
    pub content_id: Option<String>,
    pub uploader_kind: String,
    pub uploader_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

impl From<FileRow> for super::FileOut {
    fn from(row: FileRow) -> Self {
        let FileRow { id, name, content_type, size, created_at, .. } = row;
        Self { id, name, content_type, size, created_at }
    }
}

/// What is written of a new file.
#[derive(Debug)]
pub struct NewRow<'a> {
    pub id: FileId,
    pub name: &'a str,
    pub content_type: &'a str,
    pub size: i64,
    pub sha256: &'a [u8],
    pub object_key: &'a str,
    pub content_id: Option<&'a str>,
    pub uploader: Person,
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewRow<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into files (organization_id, id, name, content_type, size, sha256, object_key, content_id, uploader_kind, uploader_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        organization as _,
        new.id as _,
        new.name,
        new.content_type,
        new.size,
        new.sha256,
        new.object_key,
        new.content_id,
        new.uploader.kind(),
        new.uploader.uuid(),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, id: FileId) -> sqlx::Result<Option<FileRow>> {
    sqlx::query_as!(
        FileRow,
        "select id, name, content_type, size, object_key, message_id, content_id, uploader_kind, uploader_id, created_at from files
          where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// Ticket and visibility of the message a file hangs on.
pub async fn place(
    tx: &mut PgConnection,
    organization: OrganizationId,
    message: MessageId,
) -> sqlx::Result<Option<(TicketId, bool)>> {
    let row = sqlx::query!(
        r#"select ticket_id, visibility = 'public' as "is_public!" from messages where organization_id = $1 and id = $2"#,
        organization as _,
        message as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (row.ticket_id, row.is_public)))
}

/// Hangs files on a message: those that this person uploaded and that hang nowhere yet. How many it were.
pub async fn attach(
    tx: &mut PgConnection,
    organization: OrganizationId,
    message: MessageId,
    files: &[FileId],
    owner: Person,
) -> sqlx::Result<u64> {
    let files: Vec<Uuid> = files.iter().map(|file| file.0).collect();
    let done = sqlx::query!(
        "update files set message_id = $2 where organization_id = $1 and id = any($3) and message_id is null
            and uploader_kind = $4 and uploader_id is not distinct from $5",
        organization as _,
        message as _,
        &files,
        owner.kind(),
        owner.uuid()
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Of these files those that this person uploaded and that hang nowhere yet, in the order in which they came.
pub async fn loose(
    tx: &mut PgConnection,
    organization: OrganizationId,
    files: &[FileId],
    owner: Person,
) -> sqlx::Result<Vec<FileRow>> {
    let files: Vec<Uuid> = files.iter().map(|file| file.0).collect();
    sqlx::query_as!(
        FileRow,
        "select id, name, content_type, size, object_key, message_id, content_id, uploader_kind, uploader_id, created_at from files
          where organization_id = $1 and id = any($2) and message_id is null and uploader_kind = $3 and uploader_id is not distinct from $4
          order by created_at, id",
        organization as _,
        &files,
        owner.kind(),
        owner.uuid()
    )
    .fetch_all(tx)
    .await
}

/// Files of several messages, in the order in which they came.
pub async fn of_messages(
    tx: &mut PgConnection,
    organization: OrganizationId,
    messages: &[Uuid],
) -> sqlx::Result<Vec<FileRow>> {
    sqlx::query_as!(
        FileRow,
        "select id, name, content_type, size, object_key, message_id, content_id, uploader_kind, uploader_id, created_at from files
          where organization_id = $1 and message_id = any($2) order by created_at, id",
        organization as _,
        messages
    )
    .fetch_all(tx)
    .await
}
