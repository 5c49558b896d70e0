//! Every tenant table is tried from the other side of the wall; and without the wall the trial fails.

use axum::http::Method;
use chrono::TimeDelta;
use db::{Mode, TenantTx};
use kernel::OrganizationId;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::things::Things;
use crate::harness::{Client, TestApp, world::PASSWORD};

const REFUSED: &str = "42501";

/// A tenant table, where rows of both organizations lie.
#[derive(Debug)]
struct Table {
    name: String,
    /// What can be written.
    columns: String,
    /// A row of the other organization, as JSON.
    row: serde_json::Value,
}

impl Table {
    /// Rows can only be added, whosever they are.
    fn is_append_only(&self) -> bool {
        ["audit_log", "audit_chain"].contains(&self.name.rsplit('.').next().unwrap())
    }
}

/// What organization A could do to rows of B.
#[derive(Debug, PartialEq, Eq)]
enum Hole {
    Sees(i64),
    Changes(String),
    Deletes(String),
    Inserts(String),
    GivesAway(String),
}

async fn rich() -> (TestApp, PgConnection) {
    let app = TestApp::start().await;
    // The same event stands in two schemas when rows are put on the wrong side of the wall.
    app.expect_pending();
    let (a, b) = Things::of_both(&app).await;
    let superuser = app.database.superuser().await;
    // Deadlines come near.
    app.advance(TimeDelta::hours(5));
    app.run_jobs().await;
    for (who, things, side) in [(app.admin(), a, &app.world.a), (app.foreign_admin(), b, &app.world.b)] {
        let signed_out = Client { token: None, ..who.clone() };
        let login = json!({"email": side.member("agent").email, "password": PASSWORD});
        signed_out.post("/auth/login/", login).await.ok();
        let key = [("idempotency-key", "guard")];
        who.send(Method::POST, &things.fill("/api/v1/tickets/{id}/read/"), &key, None).await.is(204);
        // After the last dispatch, so that its events still lie in the outbox.
        who.patch(&things.fill("/api/v1/tickets/{id}/"), json!({"priority": "urgent"})).await.ok();
        let quiet = json!({"quiet_hours": {"from": "22:00", "until": "07:00"}});
        who.patch("/notifications/preferences/", quiet).await.ok();
        who.put(&things.fill("/api/v1/tickets/{id}/drafts/{kind}/"), json!({"rev": 1, "body": side.canary})).await.ok();
        let held = json!({"body": side.canary, "hold_seconds": 60});
        who.post(&things.fill("/api/v1/tickets/{id}/messages/"), held).await.created();
        who.post("/realtime/ticket/", serde_json::Value::Null).await.ok();
        let email = format!("guard@{}.example", side.organization.slug);
        let register = json!({"email": email, "name": side.canary, "password": PASSWORD});
        signed_out.post("/auth/register/", register).await.is(202);
        let mut tx = TenantTx::system(&app.state.db, side.organization.id, Mode::Write).await.unwrap();
        app.state.vault.seal(&mut tx, "guard.secret", side.organization.id.0, b"secret").await.unwrap();
        tx.commit().await.unwrap();
    }
    (app, superuser)
}

async fn run(connection: &mut PgConnection, sql: &str) {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// All tables of A's and B's schemas. Apart, B's rows are planted beside A's, and A's beside B's.
async fn tables(app: &TestApp, superuser: &mut PgConnection) -> Vec<Table> {
    let (a, b) = (&app.world.a.organization, &app.world.b.organization);
    let found = sqlx::query(
        "select c.relnamespace::regnamespace::text, c.relname::text,
                string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.attgenerated = '')
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace::regnamespace::text in ($1, $2) and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
          group by 1, 2 order by 1, 2",
    )
    .bind(&a.schema_name)
    .bind(&b.schema_name)
    .fetch_all(&mut *superuser)
    .await
    .unwrap();
    let parts =
        |row: &sqlx::postgres::PgRow| (row.get::<String, _>(0), row.get::<String, _>(1), row.get::<String, _>(2));
    if a.schema_name != b.schema_name {
        run(superuser, "set session_replication_role = replica").await;
        for (schema, name, columns) in found.iter().map(parts) {
            let (from, whose) = if schema == a.schema_name { (b, b) } else { (a, a) };
            let sql = format!(
                "insert into {schema}.{name} ({columns}) select {columns} from {}.{name} where organization_id = '{}'",
                from.schema_name, whose.id.0
            );
            run(superuser, &sql).await;
        }
        run(superuser, "reset session_replication_role").await;
    }
    let mut tables = Vec::new();
    for (schema, name, columns) in found.iter().map(parts) {
        let name = format!("{schema}.{name}");
        let mut rows = Vec::new();
        for organization in [a.id, b.id] {
            let sql = format!("select to_jsonb(x) from {name} x where organization_id = $1 limit 1");
            let row: Option<serde_json::Value> = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(organization.0)
                .fetch_optional(&mut *superuser)
                .await
                .unwrap();
            rows.push(row.unwrap_or_else(|| panic!("{name} has no row of {organization}: add one to rich()")));
        }
        tables.push(Table { name, columns, row: rows.remove(1) });
    }
    assert!(tables.len() >= 24, "{tables:?}");
    tables
}

fn outcome(result: Result<sqlx::postgres::PgQueryResult, sqlx::Error>) -> String {
    match result {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(sqlx::Error::Database(error)) => error.code().unwrap_or_default().into_owned(),
        Err(error) => panic!("{error}"),
    }
}

/// One statement in a transaction of its own, which is rolled back: how many rows, or the SQLSTATE.
async fn attempt(app: &TestApp, sql: String, other: OrganizationId, row: Option<&serde_json::Value>) -> String {
    let mut tx = TenantTx::system(&app.state.db, app.world.a.organization.id, Mode::Write).await.unwrap();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(other.0);
    let query = match row {
        Some(row) => query.bind(row),
        None => query,
    };
    outcome(query.execute(&mut *tx).await)
}

/// What A can do to rows of B in this table.
async fn probe(app: &TestApp, table: &Table) -> Vec<Hole> {
    let (a, b) = (app.world.a.organization.id, app.world.b.organization.id);
    let (name, columns) = (&table.name, &table.columns);
    let mut holes = Vec::new();
    let mut tx = TenantTx::system(&app.state.db, a, Mode::Read).await.unwrap();
    let (strangers, own): (i64, i64) = sqlx::query_as(AssertSqlSafe(format!(
        "select count(*) filter (where organization_id <> $1), count(*) filter (where organization_id = $1) from {name}"
    )))
    .bind(a.0)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    drop(tx);
    assert!(own > 0, "{name}: A does not see its own rows");
    if strangers > 0 {
        holes.push(Hole::Sees(strangers));
    }
    let nothing = if table.is_append_only() { REFUSED } else { "0 rows" };
    let change = format!("update {name} set organization_id = organization_id where organization_id = $1");
    let change = attempt(app, change, b, None).await;
    if change != nothing {
        holes.push(Hole::Changes(change));
    }
    let delete = attempt(app, format!("delete from {name} where organization_id = $1"), b, None).await;
    if table.is_append_only() {
        for verb in ["delete from {}", "update {} set organization_id = organization_id"] {
            let own = format!("{} where organization_id = $1", verb.replace("{}", name));
            assert_eq!(attempt(app, own.clone(), a, None).await, REFUSED, "{own}");
        }
    }
    if delete != nothing {
        holes.push(Hole::Deletes(delete));
    }
    let insert = format!(
        "insert into {name} ({columns}) select {columns} from jsonb_populate_record(null::{name}, $2) where organization_id = $1"
    );
    let insert = attempt(app, insert, b, Some(&table.row)).await;
    if insert != REFUSED {
        holes.push(Hole::Inserts(insert));
    }
    let give = attempt(app, format!("update {name} set organization_id = $1"), b, None).await;
    if give != REFUSED {
        holes.push(Hole::GivesAway(give));
    }
    holes
}

#[tokio::test]
async fn no_row_of_another_organization_can_be_touched() {
    let (app, mut superuser) = rich().await;
    for table in tables(&app, &mut superuser).await {
        assert_eq!(probe(&app, &table).await, [], "{}", table.name);
    }
}

#[tokio::test]
async fn without_its_policy_every_table_fails_the_probe() {
    let (app, mut superuser) = rich().await;
    let rule = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid";
    for table in tables(&app, &mut superuser).await {
        let name = &table.name;
        let sees = |holes: &[Hole]| holes.iter().any(|hole| matches!(hole, Hole::Sees(_)));
        let inserts = |holes: &[Hole]| holes.iter().any(|hole| matches!(hole, Hole::Inserts(_)));
        run(&mut superuser, &format!("alter table {name} disable row level security")).await;
        let holes = probe(&app, &table).await;
        let expected = if table.is_append_only() { 2 } else { 5 };
        assert!(
            sees(&holes) && inserts(&holes) && holes.len() == expected,
            "{name} without row-level security: {holes:?}"
        );
        run(&mut superuser, &format!("alter table {name} enable row level security")).await;
        run(&mut superuser, &format!("alter policy organization on {name} using (true)")).await;
        let holes = probe(&app, &table).await;
        assert!(sees(&holes) && !inserts(&holes), "{name} using (true): {holes:?}");
        run(&mut superuser, &format!("alter policy organization on {name} using ({rule}) with check (true)")).await;
        let holes = probe(&app, &table).await;
        assert!(!sees(&holes) && inserts(&holes), "{name} with check (true): {holes:?}");
        run(&mut superuser, &format!("alter policy organization on {name} with check ({rule})")).await;
        assert_eq!(probe(&app, &table).await, [], "{name} put back");
    }
}

#[tokio::test]
async fn without_an_open_organization_there_is_nothing() {
    let (app, mut superuser) = rich().await;
    let b = app.world.b.organization.id;
    let tables = tables(&app, &mut superuser).await;
    let mut raw = PgConnection::connect_with(&app.database.runtime()).await.unwrap();
    for (role, may_ask) in [("none", false), ("app_platform", false), ("app_api", true)] {
        run(&mut raw, &format!("set role {role}")).await;
        for setting in ["", "reset app.organization_id", "set app.organization_id = ''"] {
            run(&mut raw, setting).await;
            for table @ Table { name, columns, row } in &tables {
                let statements = [
                    format!("select from {name}"),
                    format!("update {name} set organization_id = organization_id"),
                    format!("delete from {name}"),
                ];
                for sql in statements {
                    let found = outcome(raw.execute(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await);
                    let may = may_ask && (sql.starts_with("select") || !table.is_append_only());
                    assert_eq!(found, if may { "0 rows" } else { REFUSED }, "{role}: {sql}");
                }
                let sql = format!(
                    "insert into {name} ({columns}) select {columns} from jsonb_populate_record(null::{name}, $1)"
                );
                let insert = sqlx::query(AssertSqlSafe(sql)).bind(row).execute(&mut raw).await;
                assert_eq!(outcome(insert), REFUSED, "{role}: insert into {name}");
                let truncate = format!("truncate {name} cascade");
                assert_eq!(outcome(raw.execute(sqlx::raw_sql(AssertSqlSafe(truncate))).await), REFUSED, "{name}");
            }
        }
    }
    let left: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "select count(*) from {}.tickets where organization_id = $1",
        app.world.b.organization.schema_name
    )))
    .bind(b.0)
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert!(left > 0);
    raw.close().await.unwrap();
}

/// Functions that see past the policies compare the organization themselves.
#[tokio::test]
async fn functions_refuse_another_organization() {
    let (app, mut superuser) = rich().await;
    let calls: Vec<String> = sqlx::query_scalar(
        "select format('select %s.%I(%s)', f.pronamespace::regnamespace, f.proname,
             '$1' || coalesce((select string_agg(', null::' || format_type(t, null), '' order by place)
                     from unnest(f.proargtypes::oid[]) with ordinality as x (t, place) where place > 1), ''))
           from pg_proc f
          where f.prosecdef and has_function_privilege('app_api', f.oid, 'execute')
            and f.pronamespace in (select oid from pg_namespace where nspname !~ '^pg_|^information_schema$')",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert!(calls.len() >= 6, "{calls:?}");
    let b = app.world.b.organization.id;
    let mut raw = PgConnection::connect_with(&app.database.runtime()).await.unwrap();
    run(&mut raw, "set role app_api").await;
    for call in calls {
        assert_eq!(attempt(&app, call.clone(), b, None).await, "HD403", "{call}");
        let unopened = sqlx::query(AssertSqlSafe(call.clone())).bind(b.0).execute(&mut raw).await;
        assert_eq!(outcome(unopened), "HD403", "without an organization: {call}");
    }
    raw.close().await.unwrap();
}
