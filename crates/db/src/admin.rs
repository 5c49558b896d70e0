//! What only the owner of the database does: prepare it for the runtime role and check that role.

use hmac::{Hmac, KeyInit, Mac};
use kernel::{AppError, AppResult};
use sha2::Sha256;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::catalog::quote;

/// The role as which the product runs.
pub const RUNTIME_ROLE: &str = "helpdesk_rt";

/// The owner's way into the database: migrations, schemas and moves only.
#[derive(Clone)]
pub struct Owner(pub PgConnectOptions);

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Owner(…)")
    }
}

/// Creates the database `name` on the server of `owner` unless it exists.
pub async fn ensure_database(owner: &PgConnectOptions, name: &str) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        let sql = format!("create database {} encoding 'UTF8' template template0", quote(name));
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Removes the database `name` if there is one, and ends whatever is connected to it.
pub async fn drop_database(owner: &PgConnectOptions, name: &str) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let sql = format!("drop database if exists {} with (force)", quote(name));
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    connection.close().await?;
    Ok(())
}

/// Puts the database `from` in the place of `name`, which becomes `kept`; `owner` is connected to none
/// of the three. Whoever is connected to one of them loses the connection and finds the new one when
/// they come again.
pub async fn replace_database(owner: &PgConnectOptions, from: &str, name: &str, kept: &str) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let run = async |connection: &mut PgConnection, sql: String| -> AppResult<()> {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
        Ok(())
    };
    run(&mut connection, format!("alter database {} allow_connections false", quote(name))).await?;
    let sql = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where datname = any($1)";
    let ended = sqlx::query(sql).bind([name, from]).execute(&mut connection).await;
    let swapped = match ended {
        Ok(_) => {
            let sql = format!(
                "begin; alter database {name} rename to {kept}; alter database {from} rename to {name}; commit",
                name = quote(name),
                kept = quote(kept),
                from = quote(from)
            );
            run(&mut connection, sql).await
        }
        Err(error) => Err(error.into()),
    };
    if swapped.is_err() {
        run(&mut connection, "rollback".to_owned()).await?;
    }
    let closed = if swapped.is_ok() { kept } else { name };
    run(&mut connection, format!("alter database {} allow_connections true", quote(closed))).await?;
    connection.close().await?;
    swapped
}

/// The runtime role's password on an external server: derived, so that every node knows it.
pub fn runtime_password(secret: &[u8]) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length");
    mac.update(b"runtime role password");
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sets that password; needs the right to alter roles.
pub async fn set_runtime_password(owner: &PgConnectOptions, password: &str) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let sql = format!("alter role {RUNTIME_ROLE} password '{password}'");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    connection.close().await?;
    Ok(())
}

/// Refuses a runtime role that could step over row-level security: superuser, BYPASSRLS, owner of
/// a table, or member of more than its two roles.
pub async fn check_runtime_role(runtime: &PgConnectOptions) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(runtime).await?;
    let problem: Option<String> = sqlx::query_scalar(
        "select case
           when r.rolsuper then 'is a superuser'
           when r.rolbypassrls then 'has BYPASSRLS'
           when r.rolcreaterole or r.rolcreatedb or r.rolreplication then 'may create roles or databases, or replicate'
           when exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                         where c.relowner = r.oid and n.nspname !~ '^pg_') then 'owns tables'
           when exists (select from pg_auth_members m where m.member = r.oid
                         and m.roleid::regrole::text <> all (array['app_api', 'app_platform'])) then 'is a member of other roles'
         end from pg_roles r where r.rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    match problem {
        None => Ok(()),
        Some(problem) => Err(AppError::internal(format!(
            "The database role {RUNTIME_ROLE} {problem}, so row-level security would not hold; refusing to start."
        ))),
    }
}

/// The whole number PostgreSQL calls `server_version_num`.
pub async fn server_version(owner: &PgConnectOptions) -> AppResult<i32> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let version =
        sqlx::query_scalar("select current_setting('server_version_num')::integer").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}
