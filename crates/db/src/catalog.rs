//! The tenant tables as the catalog knows them, for what handles all rows of an organization alike.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

/// A name as SQL takes it, whatever is in it.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names as a list in SQL.
pub fn quote_all(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// A table with tenant rows.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Table {
    /// Without the schema.
    pub name: String,
    /// Columns that are written (not generated), by name.
    pub columns: Vec<String>,
    /// Columns of the primary key, in its order.
    pub key: Vec<String>,
    /// Name, type and kind of every column, for comparing.
    pub shape: String,
}

/// The tenant tables of a schema, by name; none when there is no such schema.
pub async fn tables(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<Table>> {
    sqlx::query_as(
        "select c.relname::text as name,
                array_agg(a.attname::text order by a.attname) filter (where a.attgenerated = '') as columns,
                array(select k.attname::text
                        from pg_constraint p cross join unnest(p.conkey) with ordinality as u (attnum, place)
                        join pg_attribute k on k.attrelid = c.oid and k.attnum = u.attnum
                       where p.conrelid = c.oid and p.contype = 'p' order by u.place) as key,
                string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated), ', ' order by a.attname) as shape
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
          group by c.oid, c.relname order by c.relname",
    )
    .bind(schema)
    .fetch_all(connection)
    .await
}

/// Makes statistics of a schema's tables, by their owner. Right after many rows were written the
/// first plans are poor without them, and autovacuum takes a minute to come by.
pub async fn analyze(connection: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    for table in tables(connection, schema).await? {
        let sql = format!("analyze {}.{}", quote(schema), quote(&table.name));
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    }
    Ok(())
}

/// A foreign key between two tenant tables of a schema.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ForeignKey {
    /// The table that refers.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub other: String,
    /// Its columns, in the same order.
    pub other_columns: Vec<String>,
}

/// The foreign keys of a schema's tables.
pub async fn foreign_keys(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<ForeignKey>> {
    sqlx::query_as(
        r#"select c.relname::text as "table", o.relname::text as other,
                array(select a.attname::text from unnest(p.conkey) with ordinality as u (attnum, place)
                        join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum order by u.place) as columns,
                array(select a.attname::text from unnest(p.confkey) with ordinality as u (attnum, place)
                        join pg_attribute a on a.attrelid = o.oid and a.attnum = u.attnum order by u.place) as other_columns
           from pg_constraint p join pg_class c on c.oid = p.conrelid join pg_class o on o.oid = p.confrelid
          where p.contype = 'f' and c.relnamespace = to_regnamespace($1) order by p.conname"#,
    )
    .bind(schema)
    .fetch_all(connection)
    .await
}
