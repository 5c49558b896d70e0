//! One database for each test, copied from a template that is migrated once.

use std::str::FromStr;

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

/// A database that is dropped at the end of its test.
#[derive(Debug)]
pub struct Database {
    pub name: String,
    pub owner: PgConnectOptions,
}

/// The server, as superuser.
fn server() -> PgConnectOptions {
    let url = std::env::var("TEST_DATABASE_URL").expect(
        "TEST_DATABASE_URL names a superuser's connection to a PostgreSQL that tests may fill; `make test` starts one",
    );
    PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is a postgres:// address")
}

/// Named by everything that decides the schema, so that a server can serve several versions.
fn template_name() -> String {
    let mut hash = Sha256::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for folder in ["migrations/platform", "migrations/tenant", "replaceable/platform", "replaceable/tenant"] {
        let mut files: Vec<_> =
            std::fs::read_dir(format!("{root}/{folder}")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().for_each(|path| hash.update(std::fs::read(path).unwrap()));
    }
    let hex: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("helpdesk_template_{hex}")
}

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            let name = template_name();
            let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
            connection.execute("select pg_advisory_lock(7246)").await.unwrap();
            let ready: bool =
                sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)")
                    .bind(&name)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
            if !ready {
                run(&mut connection, &format!("drop database if exists {name} with (force)")).await;
                run(&mut connection, &format!("create database {name}")).await;
                db::migrate(&server().database(&name)).await.expect("migrations");
                run(&mut connection, &format!("alter database {name} is_template true")).await;
            }
            connection.close().await.unwrap();
            name
        })
        .await
}

async fn run(connection: &mut PgConnection, sql: &str) {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

impl Database {
    pub async fn create() -> Self {
        let template = template().await;
        let name = format!("helpdesk_test_{}_{:016x}", std::process::id(), rand::random::<u64>());
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        // One copy at a time: PostgreSQL refuses a template that is in use.
        connection.execute("select pg_advisory_lock(7247)").await.unwrap();
        run(&mut connection, &format!("create database {name} template {template}")).await;
        connection.close().await.unwrap();
        Self { owner: server().database(&name), name }
    }

    /// As the role of the running product.
    pub fn runtime(&self) -> PgConnectOptions {
        self.owner.clone().username(db::admin::RUNTIME_ROLE)
    }

    /// As superuser, past all walls.
    pub async fn superuser(&self) -> PgConnection {
        PgConnection::connect_with(&self.owner).await.expect("superuser connection")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        let drop = async move {
            let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
            run(&mut connection, &format!("drop database if exists {name} with (force)")).await;
        };
        // The test's own runtime may be ending: a thread with one of its own does it.
        let done = std::thread::spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(drop)
        });
        let _ = done.join();
    }
}
