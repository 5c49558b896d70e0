//! An organization as a whole: moved, deleted, exported, imported.

mod archives;
mod deletion;
mod kills;
mod load;
mod moves;

use std::collections::BTreeMap;

use db::{
    placement::{Moved, Placement, move_organization},
    platform::{self, Organization},
};
use kernel::AppResult;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::harness::TestApp;

/// Organization A as it is now.
async fn acme(app: &TestApp) -> Organization {
    platform::find_by_slug(&app.state.db, "acme").await.unwrap().unwrap()
}

/// Where organization A is not.
async fn other_place(app: &TestApp) -> Placement {
    if acme(app).await.placement() == "shared" { Placement::Schema } else { Placement::Shared }
}

/// Moves organization A to where it is not.
async fn relocate(app: &TestApp) -> AppResult<Moved> {
    let placement = other_place(app).await;
    move_organization(
        &app.state.db,
        &app.database.owner,
        &db::operators::By::default(),
        app.world.a.organization.id,
        placement,
    )
    .await
}

/// Number and checksum of an organization's rows, by table, in one schema.
async fn sums(superuser: &mut PgConnection, schema: &str, organization: &Organization) -> BTreeMap<String, (i64, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
          where relnamespace = to_regnamespace($1) and relkind = 'r' and relname <> '_sqlx_migrations'",
    )
    .bind(schema)
    .fetch_all(&mut *superuser)
    .await
    .unwrap();
    let mut sums = BTreeMap::new();
    for table in tables {
        let sql = format!(
            "select count(*), coalesce(sum(hashtext(to_jsonb(x)::text)::bigint), 0)::bigint from {schema}.{table} x where organization_id = $1"
        );
        let sum = sqlx::query_as(AssertSqlSafe(sql)).bind(organization.id.0).fetch_one(&mut *superuser).await.unwrap();
        sums.insert(table, sum);
    }
    sums
}

async fn schema_exists(superuser: &mut PgConnection, schema: &str) -> bool {
    sqlx::query_scalar("select to_regnamespace($1) is not null").bind(schema).fetch_one(superuser).await.unwrap()
}

/// Nothing of organization A is anywhere but in its place, and no move is open.
async fn assert_settled(app: &TestApp) {
    let (organization, mut superuser) = (acme(app).await, app.database.superuser().await);
    let own = Placement::Schema.schema_of(organization.id);
    if organization.schema_name == "shared" {
        assert!(!schema_exists(&mut superuser, &own).await, "the own schema is left");
        let noted: i64 = sqlx::query_scalar("select count(*) from platform.replaceables where schema_name = $1")
            .bind(&own)
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        assert_eq!(noted, 0);
    } else {
        assert_eq!(organization.schema_name, own);
        let left = sums(&mut superuser, "shared", &organization).await;
        assert!(left.values().all(|(count, _)| *count == 0), "rows are left: {left:?}");
    }
    let open: i64 = sqlx::query_scalar("select count(*) from platform.moves where state in ('copying', 'cleaning')")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(open, 0, "a move is open");
}
