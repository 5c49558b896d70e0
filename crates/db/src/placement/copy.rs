//! The transaction that copies and flips.

use std::time::{Duration, Instant};

use kernel::{AppError, AppResult, OrganizationId};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use super::{Moved, is_timeout};
use crate::{
    Db,
    catalog::{self, Table, quote, quote_all},
    migrate::is_schema_name,
    operators::{By, note},
};

/// Its rows are taken away at any time by the dispatcher, which asks for no lock of ours.
const OUTBOX: &str = "outbox";
/// How often writers are asked to make room, and for how long.
const ATTEMPTS: u32 = 10;

/// Whether it is the schema of one organization.
pub(super) fn is_own(schema: &str) -> bool {
    schema != "shared" && is_schema_name(schema)
}

/// Copies everything and flips, in one transaction; the rows copied and the milliseconds for which
/// writers were refused. After an error nothing has changed.
pub(super) async fn copy_and_flip(
    db: &Db,
    connection: &mut PgConnection,
    by: &By,
    (id, record, version): (OrganizationId, Uuid, i32),
    moved: &Moved,
) -> AppResult<(i64, i64)> {
    let (from, to) = (&moved.from, &moved.to);
    let mut tx = connection.begin().await?;
    tx.execute(sqlx::raw_sql(
        "set transaction isolation level read committed read write; set local session_replication_role = replica;
         set local work_mem = '128MB'; set local enable_nestloop = off",
    ))
    .await?;
    let tables = catalog::tables(&mut tx, from).await?;
    if tables != catalog::tables(&mut tx, to).await? {
        return Err(AppError::internal(format!("the tables of {from} and {to} differ")));
    }
    // Whatever older transactions wrote is seen by each of the statements below.
    let horizon: String =
        sqlx::query_scalar("select pg_snapshot_xmin(pg_current_snapshot())::xid::text").fetch_one(&mut *tx).await?;
    let (outbox, tables): (Vec<_>, Vec<_>) = tables.into_iter().partition(|table| table.name == OUTBOX);
    let mut copied = Vec::with_capacity(tables.len());
    for table in &tables {
        let (name, columns) = (quote(&table.name), quote_all(&table.columns));
        let sql = format!(
            "insert into {to}.{name} ({columns}) select {columns} from {from}.{name} where organization_id = $1"
        );
        let done = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(id.0).execute(&mut *tx).await?;
        copied.push(done.rows_affected());
    }
    let begin = Instant::now();
    close(&mut tx, id).await?;
    let mut rows = 0;
    for (table, copied) in tables.iter().zip(copied) {
        rows += catch_up(&mut tx, id, (from, to), table, copied, &horizon).await?;
    }
    for table in &outbox {
        let (name, columns) = (quote(&table.name), quote_all(&table.columns));
        // Waits for a dispatcher that is just taking rows away, and then moves what it left.
        let sql = format!(
            "with taken as (delete from {from}.{name} where organization_id = $1 returning {columns})
             insert into {to}.{name} ({columns}) select {columns} from taken"
        );
        sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(id.0).execute(&mut *tx).await?;
    }
    flip(db, &mut tx, id, record, version, to, rows).await?;
    let slug: String = sqlx::query_scalar("select slug from platform.organizations where id = $1")
        .bind(id.0)
        .fetch_one(&mut *tx)
        .await?;
    let details = json!({"from": from, "to": to});
    note(&mut tx, db, by, "organization.moved", Some((id, &slug)), &details).await?;
    tx.commit().await?;
    Ok((rows, i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX)))
}

/// Makes the copy of a table equal to what it was copied from, now that nobody writes there; how many rows it has.
///
/// A row version that is older than `horizon` was there when the table was copied; a younger one may
/// have come later. So the copy keeps the rows whose version is old, and gets all others anew.
async fn catch_up(
    connection: &mut PgConnection,
    id: OrganizationId,
    (from, to): (&str, &str),
    table: &Table,
    copied: u64,
    horizon: &str,
) -> AppResult<i64> {
    let (name, columns) = (quote(&table.name), quote_all(&table.columns));
    let count = format!(
        "select count(*) filter (where age(s.xmin) > age($2::text::xid)), count(*) from {from}.{name} s where s.organization_id = $1"
    );
    let (old, all): (i64, i64) = sqlx::query_as(AssertSqlSafe(count))
        .persistent(false)
        .bind(id.0)
        .bind(horizon)
        .fetch_one(&mut *connection)
        .await?;
    let mut copied = i64::try_from(copied).unwrap_or(i64::MAX);
    if old != copied {
        let same = table.key.iter().map(|column| format!("s.{0} = c.{0}", quote(column))).collect::<Vec<_>>();
        let sql = format!(
            "delete from {to}.{name} c where c.organization_id = $1 and not exists (
               select from {from}.{name} s
                where s.organization_id = $1 and {} and age(s.xmin) > age($2::text::xid))",
            same.join(" and ")
        );
        copied -= change(connection, sql, id, horizon).await?;
    }
    if old != all {
        let sql = format!(
            "insert into {to}.{name} ({columns}) select {columns} from {from}.{name} s
              where s.organization_id = $1 and age(s.xmin) <= age($2::text::xid)"
        );
        copied += change(connection, sql, id, horizon).await?;
    }
    if copied != all {
        return Err(AppError::internal(format!("{copied} of {all} rows of {name} were copied")));
    }
    Ok(all)
}

async fn change(connection: &mut PgConnection, sql: String, id: OrganizationId, horizon: &str) -> AppResult<i64> {
    let done = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(id.0).bind(horizon).execute(connection).await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

/// Keeps writers of the organization out until the running transaction ends: those that come are
/// refused, those that are there are waited for. `Conflict` when they do not end.
pub(crate) async fn close(connection: &mut PgConnection, id: OrganizationId) -> AppResult<()> {
    connection.execute("set local lock_timeout = '3s'").await?;
    for _ in 0..ATTEMPTS {
        let mut attempt = connection.begin().await?;
        let locked = sqlx::query("select pg_advisory_xact_lock(platform.write_lock($1))")
            .bind(id.0)
            .execute(&mut *attempt)
            .await;
        match locked {
            Ok(_) => {
                attempt.commit().await?;
                connection.execute("set local lock_timeout = '10s'").await?;
                return Ok(());
            }
            Err(error) if is_timeout(&error) => attempt.rollback().await?,
            Err(error) => return Err(error.into()),
        }
        // Meanwhile others may write.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err(AppError::conflict("Somebody has been writing in this organization for too long; try again later."))
}

async fn flip(
    db: &Db,
    connection: &mut PgConnection,
    id: OrganizationId,
    record: Uuid,
    version: i32,
    to: &str,
    rows: i64,
) -> AppResult<()> {
    let flipped = sqlx::query(
        "update platform.organizations set schema_name = $2, placement_version = placement_version + 1
          where id = $1 and placement_version = $3 and status <> 'deleting'",
    )
    .bind(id.0)
    .bind(to)
    .bind(version)
    .execute(&mut *connection)
    .await?;
    let noted = sqlx::query(
        "update platform.moves set state = 'cleaning', row_count = $2, flipped_at = $3 where id = $1 and state = 'copying'",
    )
    .bind(record)
    .bind(rows)
    .bind(db.now())
    .execute(&mut *connection)
    .await?;
    if (flipped.rows_affected(), noted.rows_affected()) != (1, 1) {
        return Err(AppError::conflict("This organization was changed by somebody else meanwhile; nothing was moved."));
    }
    Ok(())
}
