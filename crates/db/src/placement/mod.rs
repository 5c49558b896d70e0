//! Moving an organization: all of its rows, from the shared tables into a schema of its own or back.
//!
//! One transaction does it. It first copies while people go on working, then closes the
//! organization for writers ([`copy::close`]), copies what they changed meanwhile, takes the outbox
//! along, and flips `schema_name` and `placement_version`. So at any moment either the old place
//! holds everything or the new one does, whoever is killed.
//!
//! Writers are kept out by an advisory lock which each of them holds shared (`platform.open`).
//! Readers are never kept out: one that opened the old place goes on reading there. The old rows
//! are therefore removed only when every transaction has ended that began before the flip.
//! `platform.moves` says how far a move has come; what was left over is finished by the next
//! move, and by the running server ([`finish_moves`]).

mod clean;
mod copy;

use std::time::{Duration, Instant};

use kernel::{AppError, AppResult, OrganizationId};
use serde::Serialize;
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{Db, MIGRATION_LOCK, catalog, operators::By, provision_schema};

pub(crate) use clean::readers_gone;
pub use clean::remove_rows;
pub(crate) use copy::close;

/// Where the rows of an organization lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the tables that ordinary organizations share.
    Shared,
    /// In a schema of its own.
    Schema,
}

impl Placement {
    /// The schema of an organization that is placed like this.
    pub fn schema_of(self, id: OrganizationId) -> String {
        match self {
            Self::Shared => "shared".to_owned(),
            Self::Schema => format!("t_{}", kernel::id::encode(id.0)),
        }
    }
}

/// What a move came to.
#[derive(Debug, Clone, Serialize)]
pub struct Moved {
    /// The schema it was in.
    pub from: String,
    /// The schema it is in.
    pub to: String,
    /// False when it was there already.
    pub changed: bool,
    /// Rows that were copied.
    pub rows: i64,
    /// For how many milliseconds its writers were refused.
    pub blocked_ms: i64,
    /// False when somebody may still read the old rows; the running server removes them later.
    pub cleaned: bool,
}

/// Readers of the old place are waited for so long: more than the statement and idle timeouts of the runtime role.
const READERS: Duration = Duration::from_secs(120);

/// Moves an organization; harmless when it is there already. Its writers get
/// `AppError::Unavailable` for the last part of it, which takes seconds; readers notice nothing.
/// `Conflict` when it cannot be done now, with nothing changed.
pub async fn move_organization(
    db: &Db,
    owner: &PgConnectOptions,
    by: &By,
    id: OrganizationId,
    placement: Placement,
) -> AppResult<Moved> {
    let mut connection = session(owner).await?;
    if !take_turn(&mut connection, id, true).await? {
        return Err(AppError::conflict("This organization is just being moved or removed by somebody else."));
    }
    if !finish(db, &mut connection, id, READERS).await? {
        return Err(AppError::conflict("Somebody still reads what an earlier move left behind; try again later."));
    }
    let (from, version, status) = whereabouts(&mut connection, id).await?.ok_or(AppError::NotFound)?;
    if status == "deleting" {
        return Err(AppError::conflict("This organization is being deleted; restore it first."));
    }
    let to = placement.schema_of(id);
    let mut moved = Moved { from, to, changed: false, rows: 0, blocked_ms: 0, cleaned: true };
    if moved.from == moved.to {
        return Ok(moved);
    }
    hold_migrations(&mut connection).await?;
    let record = note_start(db, &mut connection, id, &moved).await?;
    if placement == Placement::Schema {
        provision_schema(owner, &moved.to).await?;
    }
    match copy::copy_and_flip(db, &mut connection, by, (id, record, version), &moved).await {
        Ok(copied) => (moved.rows, moved.blocked_ms) = copied,
        Err(error) => {
            // The connection may be gone, too; then the next one who looks does this.
            let _ = finish(db, &mut connection, id, READERS).await;
            return Err(error);
        }
    }
    moved.changed = true;
    // It has moved, whatever becomes of the rest now.
    moved.cleaned = tidy(db, &mut connection, id, record, &moved).await.unwrap_or_else(|error| {
        tracing::warn!(%error, organization = %id, "the old rows of a moved organization are removed later");
        false
    });
    Ok(moved)
}

/// What is left to do after the flip. True when nothing of the organization is in the old place any more.
async fn tidy(
    db: &Db,
    connection: &mut PgConnection,
    id: OrganizationId,
    record: Uuid,
    moved: &Moved,
) -> AppResult<bool> {
    sqlx::query("select pg_advisory_unlock_shared($1)").bind(MIGRATION_LOCK).execute(&mut *connection).await?;
    sqlx::query("update platform.moves set blocked_ms = $2 where id = $1")
        .bind(record)
        .bind(moved.blocked_ms)
        .execute(&mut *connection)
        .await?;
    if copy::is_own(&moved.to) {
        catalog::analyze(connection, &moved.to).await?;
    }
    finish(db, connection, id, READERS).await
}

/// Finishes what killed movers left: cancels moves that did not come to the flip, and removes the
/// old rows of those that did, if nobody reads them any more. Moves that are running are left alone.
pub async fn finish_moves(db: &Db, owner: &PgConnectOptions) -> AppResult<()> {
    let mut connection = session(owner).await?;
    let open: Vec<Uuid> =
        sqlx::query_scalar("select organization_id from platform.moves where state in ('copying', 'cleaning')")
            .fetch_all(&mut connection)
            .await?;
    for id in open.into_iter().map(OrganizationId) {
        if take_turn(&mut connection, id, false).await? {
            let done = finish(db, &mut connection, id, Duration::from_secs(5)).await;
            sqlx::query("select pg_advisory_unlock($1)").bind(turn_of(id)).execute(&mut connection).await?;
            done?;
        }
    }
    connection.close().await?;
    Ok(())
}

/// A connection as the owner for long work.
pub async fn session(owner: &PgConnectOptions) -> AppResult<PgConnection> {
    let mut connection = PgConnection::connect_with(&owner.clone().application_name("helpdesk mover")).await?;
    connection
        .execute(sqlx::raw_sql(
            "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set synchronous_commit = on;
             set lock_timeout = '10s'; set client_min_messages = warning",
        ))
        .await?;
    // So that the server notices soon that we were killed; not every system can do it.
    let _ = connection.execute("set client_connection_check_interval = '1s'").await;
    Ok(connection)
}

/// The key of the advisory lock of whoever moves or removes an organization.
fn turn_of(id: OrganizationId) -> i64 {
    let (high, low) = id.0.as_u64_pair();
    (high.rotate_left(17) ^ low ^ 0x6865_6c70_6d6f_7665).cast_signed()
}

/// Makes this session the only one that moves or removes the organization, as long as it lives.
pub async fn take_turn(connection: &mut PgConnection, id: OrganizationId, wait: bool) -> AppResult<bool> {
    let begin = Instant::now();
    loop {
        let taken: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(turn_of(id)).fetch_one(&mut *connection).await?;
        // The server may still be busy with the last statement of somebody who was killed.
        if taken || !wait || begin.elapsed() > Duration::from_secs(30) {
            return Ok(taken);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Keeps migrations away from both schemas as long as this session lives.
async fn hold_migrations(connection: &mut PgConnection) -> AppResult<()> {
    connection.execute("set lock_timeout = '30s'").await?;
    let held = sqlx::query("select pg_advisory_lock_shared($1)").bind(MIGRATION_LOCK).execute(&mut *connection).await;
    held.map_err(|error| match is_timeout(&error) {
        true => AppError::conflict("The database is just being brought to another version; try again later."),
        false => error.into(),
    })?;
    connection.execute("set lock_timeout = '10s'").await?;
    Ok(())
}

/// Whether a lock was not to be had in time.
fn is_timeout(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(cause) if cause.code().as_deref() == Some("55P03"))
}

/// Schema, placement version and status of an organization.
pub(crate) async fn whereabouts(
    connection: &mut PgConnection,
    id: OrganizationId,
) -> AppResult<Option<(String, i32, String)>> {
    let sql = "select schema_name, placement_version, status from platform.organizations where id = $1";
    Ok(sqlx::query_as(sql).bind(id.0).fetch_optional(connection).await?)
}

async fn note_start(db: &Db, connection: &mut PgConnection, id: OrganizationId, moved: &Moved) -> AppResult<Uuid> {
    let record: Uuid = db.ids.id();
    sqlx::query(
        "insert into platform.moves (id, organization_id, from_schema, to_schema, state, started_at)
         values ($1, $2, $3, $4, 'copying', $5)",
    )
    .bind(record)
    .bind(id.0)
    .bind(&moved.from)
    .bind(&moved.to)
    .bind(db.now())
    .execute(connection)
    .await?;
    Ok(record)
}

/// Brings the open move of an organization to its end, if there is one. Needs the turn. False when
/// somebody read the old rows for longer than `bound`.
pub(crate) async fn finish(
    db: &Db,
    connection: &mut PgConnection,
    id: OrganizationId,
    bound: Duration,
) -> AppResult<bool> {
    let open: Option<(Uuid, String, String, String)> = sqlx::query_as(
        "select id, state, from_schema, to_schema from platform.moves
          where organization_id = $1 and state in ('copying', 'cleaning')",
    )
    .bind(id.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((record, state, from, to)) = open else { return Ok(true) };
    // Without the flip nothing but an empty schema is left of the new place.
    let (left, outcome) = if state == "copying" { (to, "cancelled") } else { (from, "done") };
    if whereabouts(connection, id).await?.is_some_and(|(schema, ..)| schema == left) {
        return Err(AppError::internal(format!("organization {id} lives in {left}, which was to be cleared")));
    }
    if outcome == "done" && !readers_gone(connection, bound).await? {
        return Ok(false);
    }
    match remove_rows(connection, &left, id).await {
        Ok(()) => {}
        Err(error) if is_timeout(&error) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    sqlx::query("update platform.moves set state = $2, finished_at = $3 where id = $1")
        .bind(record)
        .bind(outcome)
        .bind(db.now())
        .execute(connection)
        .await?;
    Ok(true)
}
