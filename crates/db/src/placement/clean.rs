//! Removing the rows of an organization from a place where nobody needs them any more.

use std::time::{Duration, Instant};

use kernel::{AppResult, OrganizationId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::catalog::{quote, tables};

/// Waits until every transaction of a client that is open now has ended; false when one lasts longer than `bound`.
pub(crate) async fn readers_gone(connection: &mut PgConnection, bound: Duration) -> AppResult<bool> {
    // Each transaction holds the lock of its virtual id from its first moment on.
    let sql = "select l.virtualtransaction from pg_locks l join pg_stat_activity a on a.pid = l.pid
                where l.locktype = 'virtualxid' and l.granted and l.mode = 'ExclusiveLock'
                  and a.datname = current_database() and a.backend_type = 'client backend' and l.pid <> pg_backend_pid()
                  and ($1::text[] is null or l.virtualtransaction = any ($1))";
    let begin = Instant::now();
    let mut before: Option<Vec<String>> = None;
    loop {
        let open: Vec<String> = sqlx::query_scalar(sql).bind(&before).fetch_all(&mut *connection).await?;
        if open.is_empty() {
            return Ok(true);
        }
        if begin.elapsed() > bound {
            return Ok(false);
        }
        before = Some(open);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Removes the rows of an organization from a schema in which it does not live, or a schema of its
/// own as a whole. Again is harmless. A lock timeout (55P03) means that somebody is still there.
pub async fn remove_rows(connection: &mut PgConnection, schema: &str, id: OrganizationId) -> sqlx::Result<()> {
    if schema != "shared" {
        return drop_schema(connection, schema).await;
    }
    // Foreign keys need no look: all of it goes.
    connection.execute("set session_replication_role = replica").await?;
    for table in tables(connection, schema).await? {
        let sql = format!("delete from {schema}.{} where organization_id = $1", quote(&table.name));
        sqlx::query(AssertSqlSafe(sql)).bind(id.0).execute(&mut *connection).await?;
    }
    connection.execute("reset session_replication_role").await?;
    Ok(())
}

/// Drops an organization's own schema, unless one lives there.
async fn drop_schema(connection: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let mut tx = connection.begin().await?;
    let inhabited: bool =
        sqlx::query_scalar("select exists (select from platform.organizations where schema_name = $1)")
            .bind(schema)
            .fetch_one(&mut *tx)
            .await?;
    if !inhabited && super::copy::is_own(schema) {
        tx.execute(sqlx::raw_sql(AssertSqlSafe(format!("drop schema if exists {schema} cascade")))).await?;
        // Else a schema of the same name would be taken for one that has its policies.
        sqlx::query("delete from platform.replaceables where schema_name = $1").bind(schema).execute(&mut *tx).await?;
    }
    tx.commit().await
}
