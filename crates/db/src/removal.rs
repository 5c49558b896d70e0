//! Deleting an organization. It is closed at once and stays as it is for a while, so that it can be
//! restored; then everything of it is removed and its names are kept from others for a while longer.
//!
//! Removing is done by steps that may each be done again: [`remove_rows`], then its files (by the
//! caller), at last [`forget`].

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult, OrganizationId};
use serde::Serialize;
use serde_json::json;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{
    Db, Mode, PlatformTx,
    operators::{By, note},
    placement::{self, close, finish, readers_gone, session, take_turn, whereabouts},
};

/// How long a deleted organization can be restored.
pub const GRACE: TimeDelta = TimeDelta::days(30);
/// How long nobody gets the names of a removed organization.
pub const QUARANTINE: TimeDelta = TimeDelta::days(90);

/// An organization that is being deleted.
#[derive(Debug, Clone, Serialize)]
pub struct Deletion {
    /// Which one.
    pub organization: OrganizationId,
    /// Its slug.
    pub slug: String,
    /// From then on it is removed and cannot be restored.
    pub delete_after: DateTime<Utc>,
}

/// Closes an organization and sets when it is removed: after [`GRACE`], or `at_once`. One that is
/// being deleted already keeps its date, unless `at_once` says now.
pub async fn delete(db: &Db, by: &By, slug: &str, at_once: bool) -> AppResult<Deletion> {
    let now = db.now();
    let after = if at_once { now } else { now + GRACE };
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let deletion = sqlx::query_as!(
        Deletion,
        r#"update platform.organizations
              set status = 'deleting', delete_after = least(delete_after, $2),
                  status_before_deletion = coalesce(status_before_deletion, status)
            where slug = $1
           returning id as "organization: OrganizationId", slug, delete_after as "delete_after!""#,
        slug,
        after
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    let details = json!({"delete_after": deletion.delete_after});
    note(&mut tx, db, by, "organization.deleted", Some((deletion.organization, slug)), &details).await?;
    tx.commit().await?;
    Ok(deletion)
}

/// Takes a deletion back; `Conflict` when there is none, or it is too late.
pub async fn restore(db: &Db, by: &By, slug: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let found = sqlx::query!(
        r#"select id as "id: OrganizationId", delete_after from platform.organizations where slug = $1 for update"#,
        slug
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    match found.delete_after {
        None => return Err(AppError::conflict("This organization is not being deleted.")),
        Some(after) if after <= db.now() => {
            return Err(AppError::conflict("It is too late: this organization is being removed."));
        }
        Some(_) => {}
    }
    sqlx::query!(
        "update platform.organizations
            set status = status_before_deletion, delete_after = null, status_before_deletion = null where slug = $1",
        slug
    )
    .execute(&mut *tx)
    .await?;
    note(&mut tx, db, by, "organization.restored", Some((found.id, slug)), &json!({})).await?;
    tx.commit().await
}

/// All organizations that are being deleted, the next one to go first.
pub async fn deletions(db: &Db) -> AppResult<Vec<Deletion>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Deletion,
        r#"select id as "organization: OrganizationId", slug, delete_after as "delete_after!"
             from platform.organizations where status = 'deleting' order by delete_after, id"#
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Removes the rows of an organization whose time has come, and its own schema. `Conflict` when
/// somebody is still there; then it is done later. Again is harmless.
pub async fn remove_rows(db: &Db, owner: &PgConnectOptions, id: OrganizationId) -> AppResult<()> {
    let busy = || AppError::conflict("This organization is still in use; it is removed later.");
    let mut connection = session(owner).await?;
    if !take_turn(&mut connection, id, false).await? || !finish(db, &mut connection, id, PATIENCE).await? {
        return Err(busy());
    }
    if !is_due(&mut connection, id, db.now()).await? {
        return Err(AppError::conflict("This organization is not to be removed now."));
    }
    let Some((schema, ..)) = whereabouts(&mut connection, id).await? else { return Ok(()) };
    let mut tx = connection.begin().await?;
    close(&mut tx, id).await?;
    tx.commit().await?;
    // Nobody gets in any more, and whoever writes has ended; at last the readers.
    if schema == "shared" {
        if !readers_gone(&mut connection, PATIENCE).await? {
            return Err(busy());
        }
        placement::remove_rows(&mut connection, &schema, id).await?;
    } else {
        leave_schema(db, &mut connection, id, &schema).await?;
        if !finish(db, &mut connection, id, PATIENCE).await? {
            return Err(busy());
        }
    }
    // The server notices the end of a connection a little later; whoever comes next need not wait for it.
    sqlx::query("select pg_advisory_unlock_all()").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// How long the last readers are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

async fn is_due(connection: &mut PgConnection, id: OrganizationId, now: DateTime<Utc>) -> AppResult<bool> {
    let sql = "select coalesce((select delete_after <= $2 from platform.organizations where id = $1), true)";
    Ok(sqlx::query_scalar(sql).bind(id.0).bind(now).fetch_one(connection).await?)
}

/// Like a move to the shared tables that takes nothing along: what drops a schema after a move drops it here too.
async fn leave_schema(db: &Db, connection: &mut PgConnection, id: OrganizationId, schema: &str) -> AppResult<()> {
    let mut tx = connection.begin().await?;
    sqlx::query("update platform.organizations set schema_name = 'shared', placement_version = placement_version + 1 where id = $1")
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into platform.moves (id, organization_id, from_schema, to_schema, state, row_count, started_at, flipped_at)
         values ($1, $2, $3, 'shared', 'cleaning', 0, $4, $4)",
    )
    .bind(db.ids.id::<Uuid>())
    .bind(id.0)
    .bind(schema)
    .bind(db.now())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Removes what the platform knows of an organization whose rows are gone: its place in the
/// directory, logins, addresses, domains, jobs and feed. Its slug and verified domains are kept
/// from others for [`QUARANTINE`].
pub async fn forget(db: &Db, id: OrganizationId) -> AppResult<()> {
    let (now, free_at) = (db.now(), db.now() + QUARANTINE);
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.released_names (kind, name, organization_id, free_at)
         select 'slug', o.slug, o.id, $2::timestamptz from platform.organizations o where o.id = $1
         union all
         select 'domain', d.domain, d.organization_id, $2::timestamptz from platform.domains d where d.organization_id = $1 and d.verified_at is not null
         on conflict (kind, name) do update set organization_id = excluded.organization_id, free_at = excluded.free_at",
        id as _,
        free_at
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from platform.jobs where organization_id = $1", id as _).execute(&mut *tx).await?;
    sqlx::query!("delete from platform.feed where organization_id = $1", id as _).execute(&mut *tx).await?;
    sqlx::query!(
        "delete from platform.organizations where id = $1 and status = 'deleting' and delete_after <= $2",
        id as _,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// A name that may be kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Of a host under the base domain.
    Slug,
    /// Of a host of its own.
    Domain,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Domain => "domain",
        }
    }
}

/// `Conflict` on the field while a name is kept from others because its organization was removed.
/// `organization` may have it back.
pub async fn check_name(db: &Db, kind: Name, name: &str, organization: OrganizationId) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let free_at = sqlx::query_scalar!(
        "select free_at from platform.released_names where kind = $1 and name = $2 and free_at > $3 and organization_id <> $4",
        kind.as_str(),
        name,
        db.now(),
        organization as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    match free_at {
        None => Ok(()),
        Some(free_at) => Err(AppError::taken(
            kind.as_str(),
            format!(
                "{name} belonged to an organization that was deleted; it is free again on {}.",
                free_at.format("%Y-%m-%d")
            ),
        )),
    }
}

/// Gives names free whose time has come.
pub async fn free_names(db: &Db) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("delete from platform.released_names where free_at <= $1", db.now()).execute(&mut *tx).await?;
    tx.commit().await
}
