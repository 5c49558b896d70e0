//! [`TenantTx`] and [`PlatformTx`]: the only transactions there are.
//!
//! Both run their first statement inside a spawned task: a client that hangs up drops the
//! handler, and a `begin` dropped half-way would put an open transaction back into the pool,
//! for the next organization to find. A transaction that is dropped is rolled back before its
//! connection can be used again.

use std::ops::{Deref, DerefMut};

use kernel::{AppError, AppResult, OrganizationId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Row, pool::PoolConnection};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    Credential, Db, Who, audit,
    outbox::{OutboxRow, flush},
    share::Held,
    tasks::{detached, uncancelled},
};

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `READ ONLY`.
    Read,
    /// `READ WRITE`.
    Write,
    /// `READ ONLY`, and every statement sees the same moment, for as long as it takes.
    Snapshot,
}

impl Mode {
    fn begin(self) -> &'static str {
        match self {
            Self::Read => "begin read only",
            Self::Write => "begin read write",
            Self::Snapshot => {
                "begin isolation level repeatable read, read only; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0"
            }
        }
    }
}

/// An organization and the placement the caller believes it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenant {
    /// Which organization.
    pub id: OrganizationId,
    /// Counted up by every move; `None` skips the check.
    pub placement_version: Option<i32>,
}

impl From<OrganizationId> for Tenant {
    fn from(id: OrganizationId) -> Self {
        Self { id, placement_version: None }
    }
}

/// A connection inside an open transaction, and whose share of the pool it is; rolled back when dropped.
#[derive(Debug)]
struct OpenTx {
    connection: Option<PoolConnection<Postgres>>,
    share: Option<Held>,
    /// Waits for the end.
    ended: Option<oneshot::Sender<()>>,
}

impl OpenTx {
    /// Runs `sql` (which begins the transaction) where it cannot be cancelled. A connection that
    /// turns out to be dead is replaced: nothing has happened yet.
    async fn begin(db: &Db, sql: String, share: Option<Held>) -> AppResult<(Self, Option<String>)> {
        let pool = db.pool.clone();
        uncancelled(async move {
            let mut share = share;
            let mut tries = pool.options().get_max_connections();
            loop {
                #[expect(clippy::disallowed_methods, reason = "the one home of transactions")]
                let connection = Some(pool.acquire().await?);
                let mut tx = Self { connection, share: share.take(), ended: None };
                match tx.conn()?.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await {
                    Ok(rows) => {
                        let answer = rows.last().and_then(|row| row.try_get::<Option<String>, _>(0).ok().flatten());
                        return Ok((tx, answer));
                    }
                    Err(error) if tries > 0 && connection_is_dead(&error) => {
                        tries -= 1;
                        if let Some(dead) = tx.connection.take() {
                            let _ = dead.detach().close_hard().await;
                        }
                        share = tx.share.take();
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        })
        .await
        .unwrap_or_else(|| Err(AppError::internal("the task that opens transactions ended")))
    }

    fn conn(&mut self) -> AppResult<&mut PgConnection> {
        self.connection.as_deref_mut().ok_or_else(|| AppError::internal("the transaction is over"))
    }

    /// `select 1` first: on a failed transaction it raises, where a bare commit would silently roll back.
    async fn commit(mut self) -> AppResult<()> {
        self.conn()?.execute(sqlx::raw_sql("select 1; commit")).await?;
        self.connection = None;
        Ok(())
    }

    /// As when it is dropped, but over when this returns.
    async fn rollback(mut self) -> AppResult<()> {
        self.conn()?.execute(sqlx::raw_sql("rollback")).await?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for OpenTx {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let share = self.share.take();
        let ended = self.ended.take();
        let rolled_back = detached(async move {
            let _share = share;
            if connection.execute(sqlx::raw_sql("rollback")).await.is_err() {
                let _ = connection.detach().close_hard().await;
            }
            drop(ended);
        });
        if !rolled_back {
            tracing::debug!("a transaction outlived the runtime");
        }
    }
}

fn connection_is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(cause) => matches!(cause.code().as_deref(), Some("57P01" | "57P02" | "08006" | "08003")),
        _ => false,
    }
}

/// A transaction inside one organization. Dereferences to the connection; every statement still
/// names its organization, row-level security stands behind.
#[derive(Debug)]
#[must_use = "dropping a transaction rolls it back"]
pub struct TenantTx {
    tx: OpenTx,
    db: Db,
    organization: OrganizationId,
    pending: Vec<OutboxRow>,
    audit: audit::Pending,
}

impl TenantTx {
    /// Opens the organization in one round trip, where it is now, also when the caller remembers an
    /// older placement. With a credential its person or key comes back, after the database has
    /// checked it and the person, organization and placement; without one the caller is the product
    /// itself.
    pub async fn open(
        db: &Db,
        tenant: Tenant,
        credential: Option<Credential>,
        mode: Mode,
    ) -> AppResult<(Self, Option<Who>)> {
        match Self::open_at(db, tenant, credential, mode).await {
            Err(AppError::Moved) => Self::open_at(db, tenant.id.into(), credential, mode).await,
            opened => opened,
        }
    }

    async fn open_at(
        db: &Db,
        tenant: Tenant,
        credential: Option<Credential>,
        mode: Mode,
    ) -> AppResult<(Self, Option<Who>)> {
        let quoted = |uuid: Option<Uuid>| uuid.map_or_else(|| "null".to_owned(), |uuid| format!("'{uuid}'"));
        let (id, hash) = credential.map(|credential| credential.arguments()).unzip();
        let sql = format!(
            "{}; select platform.open({}, {}, {}, '{}', {})::text",
            mode.begin(),
            quoted(Some(tenant.id.0)),
            quoted(id),
            tenant.placement_version.map_or_else(|| "null".to_owned(), |version| version.to_string()),
            db.now().to_rfc3339(),
            hash.flatten().map_or_else(|| "null".to_owned(), |hash: String| format!("'\\x{hash}'")),
        );
        let share = db.shares.enter(tenant.id).await?;
        let (tx, answer) = OpenTx::begin(db, sql, Some(share)).await?;
        let who = match answer {
            Some(json) => Some(Who::read(&json)?),
            None => None,
        };
        Ok((
            Self { tx, db: db.clone(), organization: tenant.id, pending: Vec::new(), audit: audit::Pending::default() },
            who,
        ))
    }

    /// Opens the organization for the product itself (jobs, intake, sign-in, command line).
    pub async fn system(db: &Db, tenant: impl Into<Tenant>, mode: Mode) -> AppResult<Self> {
        Ok(Self::open(db, tenant.into(), None, mode).await?.0)
    }

    /// The organization that is open.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The present.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.db.now()
    }

    /// A new id of the present moment.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.db.ids.id()
    }

    /// `N` unguessable bytes.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        self.db.ids.secret()
    }

    /// Notes an event or a job; written with everything else at commit.
    pub(crate) fn push(&mut self, row: OutboxRow) {
        self.pending.push(row);
    }

    pub(crate) fn audit_mut(&mut self) -> &mut audit::Pending {
        &mut self.audit
    }

    /// Commits without telling anybody, the audit log neither: imports, whose events are history.
    pub async fn commit_quietly(self) -> AppResult<()> {
        self.tx.commit().await
    }

    /// Ends with an error or a value, which mean the same, once this transaction is over, however
    /// it ends, and its locks are free.
    pub fn ended(&mut self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.tx.ended = Some(sender);
        receiver
    }

    /// Undoes everything, and waits until it is undone: locks are free afterwards.
    pub async fn rollback(self) -> AppResult<()> {
        self.tx.rollback().await
    }

    /// Writes the audit log and the outbox, commits and wakes the dispatcher.
    pub async fn commit(mut self) -> AppResult<()> {
        let pending = std::mem::take(&mut self.pending);
        let organization = self.organization;
        if !pending.is_empty() {
            flush(&mut self, organization, &pending).await?;
        }
        let audited = audit::flush(&mut self).await?;
        self.tx.commit().await?;
        if audited || !pending.is_empty() {
            self.db.wake();
        }
        Ok(())
    }
}

impl Deref for TenantTx {
    type Target = PgConnection;
    #[expect(clippy::expect_used, reason = "the connection is only taken by commit and drop, which consume the value")]
    fn deref(&self) -> &PgConnection {
        self.tx.connection.as_deref().expect("open transaction")
    }
}

impl DerefMut for TenantTx {
    #[expect(clippy::expect_used, reason = "the connection is only taken by commit and drop, which consume the value")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.tx.connection.as_deref_mut().expect("open transaction")
    }
}

/// A transaction over the platform's own tables (organizations, logins, jobs, feed). It sees no tenant row.
#[derive(Debug)]
#[must_use = "dropping a transaction rolls it back"]
pub struct PlatformTx {
    tx: OpenTx,
}

impl PlatformTx {
    /// Begins as `app_platform`.
    pub async fn begin(db: &Db, mode: Mode) -> AppResult<Self> {
        let begin = mode.begin();
        let sql = format!("{begin}; set local role app_platform; set local search_path = platform, ext, pg_temp");
        Ok(Self { tx: OpenTx::begin(db, sql, None).await?.0 })
    }

    /// Commits.
    pub async fn commit(self) -> AppResult<()> {
        self.tx.commit().await
    }
}

impl Deref for PlatformTx {
    type Target = PgConnection;
    #[expect(clippy::expect_used, reason = "the connection is only taken by commit and drop, which consume the value")]
    fn deref(&self) -> &PgConnection {
        self.tx.connection.as_deref().expect("open transaction")
    }
}

impl DerefMut for PlatformTx {
    #[expect(clippy::expect_used, reason = "the connection is only taken by commit and drop, which consume the value")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.tx.connection.as_deref_mut().expect("open transaction")
    }
}
