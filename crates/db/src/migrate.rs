//! Migrations of the platform schema and of every schema with tenant tables, and the
//! replaceable SQL (roles, policies, grants, functions) that is applied again whenever its text changes.

use kernel::{AppError, AppResult};
use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection,
    migrate::{Migrate, Migrator},
    postgres::PgConnectOptions,
};

static PLATFORM: Migrator = sqlx::migrate!("../../migrations/platform");
static TENANT: Migrator = sqlx::migrate!("../../migrations/tenant");

const SCHEMAS: (&str, &str) = ("010_schemas.sql", include_str!("../../../replaceable/platform/010_schemas.sql"));
const FUNCTIONS: (&str, &str) = ("020_functions.sql", include_str!("../../../replaceable/platform/020_functions.sql"));
const TENANT_SQL: &[(&str, &str)] = &[
    ("010_policies.sql", include_str!("../../../replaceable/tenant/010_policies.sql")),
    ("020_who.sql", include_str!("../../../replaceable/tenant/020_who.sql")),
    ("030_search.sql", include_str!("../../../replaceable/tenant/030_search.sql")),
    ("040_search_customers.sql", include_str!("../../../replaceable/tenant/040_search_customers.sql")),
];

/// The advisory lock under which migrations run.
pub const MIGRATION_LOCK: i64 = 0x6865_6c70_6d69_6772;

/// Brings the database of `owner` to this version's schema. Run again it changes nothing. Several
/// nodes may call it at once: they take turns. Needs the rights to create roles and schemas.
pub async fn migrate(owner: &PgConnectOptions) -> AppResult<()> {
    let mut lock = PgConnection::connect_with(owner).await?;
    while !sqlx::query_scalar::<_, bool>("select pg_try_advisory_lock($1)")
        .bind(MIGRATION_LOCK)
        .fetch_one(&mut lock)
        .await?
    {
        // Somebody migrates, or moves an organization, which takes longer: with nothing to do there is nothing to wait for.
        if is_current(owner, &mut lock).await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let migrated = migrate_locked(owner, &mut lock).await;
    lock.close().await?;
    migrated
}

async fn migrate_locked(owner: &PgConnectOptions, connection: &mut PgConnection) -> AppResult<()> {
    if !is_ready(connection).await? {
        connection.execute(sqlx::raw_sql(SCHEMAS.1)).await?;
    }
    run(owner, "platform", &PLATFORM).await?;
    apply(connection, "platform", SCHEMAS, "").await?;
    apply(connection, "platform", FUNCTIONS, &last_version(&PLATFORM)).await?;
    for schema in schemas(connection).await? {
        tenant_schema(owner, connection, &schema).await?;
    }
    Ok(())
}

/// The newest platform migration this version knows; compare it with `platform::schema_version`.
pub fn latest_version() -> i64 {
    PLATFORM.migrations.last().map_or(0, |last| last.version)
}

/// Schemas that lack migrations of this version: what [`migrate`] would change. Changes nothing.
pub async fn behind(owner: &PgConnectOptions) -> AppResult<Vec<String>> {
    let mut connection = PgConnection::connect_with(owner).await?;
    let known = async |schema: &str, migrator: &Migrator| -> AppResult<bool> {
        let mut connection = connect_in(owner, schema).await?;
        let applied = applied(&mut connection, migrator).await.len();
        connection.close().await?;
        Ok(applied >= migrator.migrations.len())
    };
    let mut behind = Vec::new();
    if !known("platform", &PLATFORM).await? {
        behind.push("platform".to_owned());
    } else {
        for schema in schemas(&mut connection).await? {
            if !known(&schema, &TENANT).await? {
                behind.push(schema);
            }
        }
    }
    connection.close().await?;
    Ok(behind)
}

/// Whether [`migrate`] would change nothing.
async fn is_current(owner: &PgConnectOptions, connection: &mut PgConnection) -> AppResult<bool> {
    if !is_ready(connection).await? || !behind(owner).await?.is_empty() {
        return Ok(false);
    }
    let (platform, tenant) = (last_version(&PLATFORM), last_version(&TENANT));
    let mut wanted = vec![("platform".to_owned(), SCHEMAS, ""), ("platform".to_owned(), FUNCTIONS, platform.as_str())];
    for schema in schemas(connection).await? {
        wanted.extend(TENANT_SQL.iter().map(|text| (schema.clone(), *text, tenant.as_str())));
    }
    for (schema, replaceable, salt) in wanted {
        if !is_applied(connection, &schema, replaceable.0, &hash(&schema, replaceable.1, salt).1).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes the schema of an organization that gets its own; harmless when it exists.
pub async fn provision_schema(owner: &PgConnectOptions, schema: &str) -> AppResult<()> {
    if !is_schema_name(schema) {
        return Err(AppError::internal(format!("{schema} is no name of a tenant schema")));
    }
    let mut connection = PgConnection::connect_with(owner).await?;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(format!("create schema if not exists {schema}")))).await?;
    tenant_schema(owner, &mut connection, schema).await?;
    connection.close().await?;
    Ok(())
}

async fn tenant_schema(owner: &PgConnectOptions, connection: &mut PgConnection, schema: &str) -> AppResult<()> {
    run(owner, schema, &TENANT).await?;
    for replaceable in TENANT_SQL {
        apply(connection, schema, *replaceable, &last_version(&TENANT)).await?;
    }
    Ok(())
}

/// Every schema with tenant tables.
async fn schemas(connection: &mut PgConnection) -> AppResult<Vec<String>> {
    let sql = "select 'shared' union select schema_name from platform.organizations order by 1";
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}

async fn connect_in(owner: &PgConnectOptions, schema: &str) -> AppResult<PgConnection> {
    let options = owner.clone().options([("search_path", schema), ("client_min_messages", "warning")]);
    Ok(PgConnection::connect_with(&options).await?)
}

/// Versions that are applied; none when there is no record yet.
async fn applied(connection: &mut PgConnection, migrator: &Migrator) -> Vec<i64> {
    let applied = connection.list_applied_migrations(&migrator.table_name).await.unwrap_or_default();
    applied.into_iter().map(|migration| migration.version).collect()
}

async fn run(owner: &PgConnectOptions, schema: &str, migrator: &Migrator) -> AppResult<()> {
    let mut connection = connect_in(owner, schema).await?;
    let applied = applied(&mut connection, migrator).await;
    let known = migrator.migrations.last().map_or(0, |last| last.version);
    if applied.iter().any(|version| *version > known) {
        let sentence = "The database was changed by a newer version of helpdesk: start that version.";
        return Err(AppError::conflict(sentence));
    }
    if applied.len() != migrator.migrations.len() {
        migrator.run_direct(None, &mut connection, false).await.map_err(|error| AppError::Internal(error.into()))?;
    }
    connection.close().await?;
    Ok(())
}

fn last_version(migrator: &Migrator) -> String {
    migrator.migrations.last().map_or_else(String::new, |last| last.version.to_string())
}

async fn is_ready(connection: &mut PgConnection) -> AppResult<bool> {
    Ok(sqlx::query_scalar("select to_regclass('platform.replaceables') is not null").fetch_one(connection).await?)
}

/// A replaceable text as it is run in a schema, and its hash.
fn hash(schema: &str, text: &str, salt: &str) -> (String, String) {
    let text = text.replace("{schema}", schema);
    let hash = Sha256::digest(format!("{salt}\n{text}")).iter().map(|byte| format!("{byte:02x}")).collect();
    (text, hash)
}

async fn is_applied(connection: &mut PgConnection, schema: &str, name: &str, hash: &str) -> AppResult<bool> {
    let sql = "select exists (select from platform.replaceables where schema_name = $1 and name = $2 and hash = $3)";
    Ok(sqlx::query_scalar(sql).bind(schema).bind(name).bind(hash).fetch_one(connection).await?)
}

/// Applies one replaceable text unless this very text (for these migrations) is applied already.
async fn apply(connection: &mut PgConnection, schema: &str, (name, text): (&str, &str), salt: &str) -> AppResult<()> {
    let (text, hash) = hash(schema, text, salt);
    if is_applied(connection, schema, name, &hash).await? {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    tx.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
    sqlx::query(
        "insert into platform.replaceables (schema_name, name, hash) values ($1, $2, $3)
         on conflict (schema_name, name) do update set hash = excluded.hash",
    )
    .bind(schema)
    .bind(name)
    .bind(hash)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// `t_` and 26 characters of base32: nothing that would need quoting.
pub(crate) fn is_schema_name(name: &str) -> bool {
    name.len() == 28
        && name.starts_with("t_")
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
