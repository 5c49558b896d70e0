//! Statements across organizations: the directory of organizations, domains, logins and mail
//! addresses, operators, and who leads the background work. All of them run in a [`PlatformTx`].

use chrono::{DateTime, Utc};
use kernel::{AppError, AppResult, MailboxId, OperatorId, OrganizationId, SessionId};
use serde::Serialize;
use sqlx::{Connection, Executor, Postgres, pool::PoolConnection};

use crate::{Db, Mode, OnConstraint, PlatformTx, Tenant, removal};

/// An organization as the platform knows it.
#[derive(Debug, Clone, Serialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// The first label of its host name.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Where its rows are: `shared` or `t_…`.
    pub schema_name: String,
    /// `active`, `suspended` or `deleting`.
    pub status: String,
    /// Counted up by every move.
    pub placement_version: i32,
}

impl Organization {
    /// `shared` or `schema`.
    pub fn placement(&self) -> &'static str {
        if self.schema_name == "shared" { "shared" } else { "schema" }
    }

    /// What a transaction needs to open it.
    pub fn tenant(&self) -> Tenant {
        Tenant { id: self.id, placement_version: Some(self.placement_version) }
    }
}

/// By slug.
pub async fn find_by_slug(db: &Db, slug: &str) -> AppResult<Option<Organization>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Organization,
        r#"select id as "id: OrganizationId", slug, name, schema_name, status, placement_version from platform.organizations where slug = $1"#,
        slug
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// By id.
pub async fn find(db: &Db, id: OrganizationId) -> AppResult<Option<Organization>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Organization,
        r#"select id as "id: OrganizationId", slug, name, schema_name, status, placement_version from platform.organizations where id = $1"#,
        id as _
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// By verified domain.
pub async fn find_by_domain(db: &Db, domain: &str) -> AppResult<Option<Organization>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Organization,
        r#"select o.id as "id: OrganizationId", o.slug, o.name, o.schema_name, o.status, o.placement_version
             from platform.domains d join platform.organizations o on o.id = d.organization_id
            where d.domain = $1 and d.verified_at is not null"#,
        domain
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Organizations in which an address signs in, at most two: more than one is as good as many.
pub async fn of_login(db: &Db, email: &str) -> AppResult<Vec<Organization>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Organization,
        r#"select o.id as "id: OrganizationId", o.slug, o.name, o.schema_name, o.status, o.placement_version
             from platform.logins l join platform.organizations o on o.id = l.organization_id
            where l.email = $1 order by o.id limit 2"#,
        email
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Whose mail address it is.
pub async fn of_mail_address(db: &Db, address: &str) -> AppResult<Option<(Organization, MailboxId)>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let row = sqlx::query!(
        r#"select o.id as "id: OrganizationId", o.slug, o.name, o.schema_name, o.status, o.placement_version,
                  m.mailbox_id as "mailbox_id: MailboxId"
             from platform.mail_addresses m join platform.organizations o on o.id = m.organization_id
            where m.address = $1"#,
        address
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| {
        let organization = Organization {
            id: row.id,
            slug: row.slug,
            name: row.name,
            schema_name: row.schema_name,
            status: row.status,
            placement_version: row.placement_version,
        };
        (organization, row.mailbox_id)
    }))
}

/// All organizations by slug.
pub async fn list(db: &Db) -> AppResult<Vec<Organization>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Organization,
        r#"select id as "id: OrganizationId", slug, name, schema_name, status, placement_version from platform.organizations order by slug"#
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Writes a new organization; its schema must exist already.
pub async fn insert(db: &Db, organization: &Organization) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.organizations (id, slug, name, schema_name, created_at) values ($1, $2, $3, $4, $5)",
        organization.id as _,
        organization.slug,
        organization.name,
        organization.schema_name,
        db.now()
    )
    .execute(&mut *tx)
    .await
    .on_constraint("organizations_slug_key", || AppError::taken("slug", "This slug is already taken."))?;
    tx.commit().await
}

/// Adds a domain that is known to belong to the organization; again is harmless. `Conflict` when
/// another one has it, or had it until lately.
pub async fn add_domain(db: &Db, organization: OrganizationId, domain: &str) -> AppResult<()> {
    removal::check_name(db, removal::Name::Domain, domain, organization).await?;
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let owner = sqlx::query_scalar!(
        r#"insert into platform.domains (domain, organization_id, verified_at, created_at) values ($1, $2, $3, $3)
           on conflict (domain) do update set domain = excluded.domain
           returning organization_id as "organization_id: OrganizationId""#,
        domain,
        organization as _,
        db.now()
    )
    .fetch_one(&mut *tx)
    .await?;
    if owner != organization {
        return Err(AppError::taken("domain", "This domain belongs to another organization."));
    }
    tx.commit().await
}

/// Suspends or resumes; whether anything changed. `Conflict` while it is being deleted.
pub async fn set_status(db: &Db, slug: &str, status: &str) -> AppResult<bool> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let found = sqlx::query_scalar!("select status from platform.organizations where slug = $1 for update", slug)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(AppError::NotFound)?;
    if found == "deleting" {
        return Err(AppError::conflict("This organization is being deleted; restore it first."));
    }
    sqlx::query!("update platform.organizations set status = $2 where slug = $1", slug, status)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(found != status)
}

/// Makes an operator or sets a new password for one.
pub async fn upsert_operator(db: &Db, email: &str, password_hash: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let id: OperatorId = db.ids.id();
    sqlx::query!(
        "insert into platform.operators (id, email, password_hash, created_at) values ($1, $2, $3, $4)
         on conflict (email) do update set password_hash = excluded.password_hash",
        id as _,
        email,
        password_hash,
        db.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// An operator's id and password hash.
pub async fn find_operator(db: &Db, email: &str) -> AppResult<Option<(OperatorId, String)>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let row =
        sqlx::query!(r#"select id as "id: OperatorId", password_hash from platform.operators where email = $1"#, email)
            .fetch_optional(&mut *tx)
            .await?;
    Ok(row.map(|row| (row.id, row.password_hash)))
}

/// Starts an operator's session.
pub async fn insert_operator_session(db: &Db, operator: OperatorId, expires_at: DateTime<Utc>) -> AppResult<SessionId> {
    let id: SessionId = db.ids.id();
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.operator_sessions (id, operator_id, created_at, expires_at) values ($1, $2, $3, $4)",
        id as _,
        operator as _,
        db.now(),
        expires_at
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// The operator behind a session that is still good.
pub async fn operator_of_session(db: &Db, session: SessionId) -> AppResult<Option<OperatorId>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_scalar!(
        r#"select operator_id as "operator_id: OperatorId" from platform.operator_sessions
            where id = $1 and revoked_at is null and expires_at > $2"#,
        session as _,
        db.now()
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Forgets what only yesterday needed: old feed rows, ticks and operator sessions.
pub async fn prune(db: &Db, before: DateTime<Utc>) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("delete from platform.feed where occurred_at < $1", before).execute(&mut *tx).await?;
    sqlx::query!("delete from platform.schedule_runs where due_at < $1", before).execute(&mut *tx).await?;
    sqlx::query!("delete from platform.operator_sessions where expires_at < $1", before).execute(&mut *tx).await?;
    tx.commit().await
}

/// The newest platform migration that is applied; also the cheapest question that proves the database works.
pub async fn schema_version(db: &Db) -> AppResult<i64> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_scalar!(r#"select coalesce(max(version), 0) as "version!" from platform._sqlx_migrations"#)
        .fetch_one(&mut *tx)
        .await?)
}

/// `server_version_num` of PostgreSQL.
pub async fn server_version(db: &Db) -> AppResult<i32> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_scalar!(r#"select current_setting('server_version_num')::integer as "version!""#)
        .fetch_one(&mut *tx)
        .await?)
}

/// The advisory lock of whoever dispatches.
const LEADER: i64 = 0x6865_6c70_6c65_6164;

/// Held by one node at a time, through a connection of its own; lost with that connection.
#[derive(Debug)]
pub(crate) struct Leadership {
    db: Db,
    connection: Option<PoolConnection<Postgres>>,
}

impl Leadership {
    pub(crate) fn new(db: &Db) -> Self {
        Self { db: db.clone(), connection: None }
    }

    /// Whether this node leads now.
    pub(crate) async fn hold(&mut self) -> AppResult<bool> {
        if let Some(connection) = &mut self.connection {
            if connection.execute(sqlx::raw_sql("select 1")).await.is_ok() {
                return Ok(true);
            }
            if let Some(dead) = self.connection.take() {
                let _ = dead.detach().close_hard().await;
            }
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "the lock lives as long as this connection; no tenant row is read"
        )]
        let mut connection = self.db.pool.acquire().await?;
        let leads = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "leads!""#, LEADER)
            .fetch_one(&mut *connection)
            .await?;
        if leads {
            self.connection = Some(connection);
        }
        Ok(leads)
    }

    pub(crate) async fn release(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }
}
