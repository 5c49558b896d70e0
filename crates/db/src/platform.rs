//! Statements across organizations: the directory of organizations, domains, logins and mail
//! addresses, operators, and who leads the background work. All of them run in a [`PlatformTx`].

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult, MailboxId, OrganizationId, SigningKeyId, slug};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, Postgres, pool::PoolConnection};

use crate::{
    Db, Mode, OnConstraint, PlatformTx, Tenant,
    operators::{By, note},
    removal,
};

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
pub async fn insert(db: &Db, by: &By, organization: &Organization) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.organizations (id, slug, skeleton, name, schema_name, created_at) values ($1, $2, $3, $4, $5, $6)",
        organization.id as _,
        organization.slug,
        slug::skeleton(&organization.slug),
        organization.name,
        organization.schema_name,
        db.now()
    )
    .execute(&mut *tx)
    .await
    .on_constraint("organizations_slug_key", || AppError::taken("slug", "This slug is already taken."))
    .on_constraint("organizations_skeleton_key", looks_like_another)?;
    let details = json!({"name": organization.name, "placement": organization.placement()});
    note(&mut tx, db, by, "organization.created", Some((organization.id, &organization.slug)), &details).await?;
    tx.commit().await
}

fn looks_like_another() -> AppError {
    AppError::taken("slug", "This slug looks like that of another organization.")
}

/// 409 on `slug` when another organization has one that looks like it.
pub async fn check_looks(db: &Db, slug: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let is_taken = sqlx::query_scalar!(
        r#"select exists (select from platform.organizations where skeleton = $2 and slug <> $1) as "is_taken!""#,
        slug,
        slug::skeleton(slug)
    )
    .fetch_one(&mut *tx)
    .await?;
    if is_taken { Err(looks_like_another()) } else { Ok(()) }
}

/// Adds a domain that the operator knows to belong to the organization; again is harmless.
/// `Conflict` when another one has it, or had it until lately.
pub async fn add_domain(db: &Db, by: &By, organization: &Organization, domain: &str) -> AppResult<()> {
    removal::check_name(db, removal::Name::Domain, domain, organization.id).await?;
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.domains (domain, organization_id, challenge, verified_at, proof, created_at)
         values ($1, $2, $3, $4, 'operator', $4)
         on conflict (organization_id, domain) do update
            set verified_at = coalesce(domains.verified_at, excluded.verified_at), proof = 'operator', failing_since = null",
        domain,
        organization.id as _,
        kernel::id::encode(uuid::Uuid::from_bytes(db.ids.secret())),
        db.now()
    )
    .execute(&mut *tx)
    .await
    .on_constraint("domains_verified_key", || AppError::taken("domain", "This domain belongs to another organization."))?;
    let whose = Some((organization.id, organization.slug.as_str()));
    note(&mut tx, db, by, "domain.added", whose, &json!({"domain": domain})).await?;
    tx.commit().await
}

/// A host name that an organization has, or tries to prove.
#[derive(Debug)]
pub struct Domain {
    /// In the form in which domains are compared.
    pub domain: String,
    /// What its owner has to put into the domain name system.
    pub challenge: String,
    /// Since when it is a host of the organization.
    pub verified_at: Option<DateTime<Utc>>,
    /// When the name servers answered last.
    pub checked_at: Option<DateTime<Utc>>,
    /// Since when the proof is gone.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// Domains of an organization, proven or not.
pub async fn domains(db: &Db, organization: OrganizationId) -> AppResult<Vec<Domain>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        Domain,
        "select domain, challenge, verified_at, checked_at, failing_since, created_at
           from platform.domains where organization_id = $1 order by domain",
        organization as _
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Adds a domain that is still to be proven. `Conflict` when it is in the list already.
pub async fn request_domain(db: &Db, by: &By, organization: &Organization, domain: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.domains (organization_id, domain, challenge, created_at) values ($1, $2, $3, $4)",
        organization.id as _,
        domain,
        kernel::id::encode(uuid::Uuid::from_bytes(db.ids.secret())),
        db.now()
    )
    .execute(&mut *tx)
    .await
    .on_constraint("domains_pkey", || AppError::taken("domain", "This domain is in the list already."))?;
    let whose = Some((organization.id, organization.slug.as_str()));
    note(&mut tx, db, by, "domain.requested", whose, &json!({"domain": domain})).await?;
    tx.commit().await
}

/// Notes that the name servers confirmed a domain: from now on it is a host of the organization.
/// `Conflict` when another one has it, or had it until lately.
pub async fn confirm_domain(db: &Db, by: &By, organization: &Organization, domain: &str) -> AppResult<()> {
    removal::check_name(db, removal::Name::Domain, domain, organization.id).await?;
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "update platform.domains
            set verified_at = coalesce(verified_at, $3), proof = coalesce(proof, 'dns'), checked_at = $3, failing_since = null
          where organization_id = $1 and domain = $2",
        organization.id as _,
        domain,
        db.now()
    )
    .execute(&mut *tx)
    .await
    .on_constraint("domains_verified_key", || AppError::taken("domain", "This domain belongs to another organization."))?;
    let whose = Some((organization.id, organization.slug.as_str()));
    note(&mut tx, db, by, "domain.verified", whose, &json!({"domain": domain})).await?;
    tx.commit().await
}

/// Gives a domain back; nobody else gets it for ninety days if it was proven. `NotFound` when it is not there.
pub async fn remove_domain(db: &Db, by: &By, organization: &Organization, domain: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let verified_at = sqlx::query_scalar!(
        "delete from platform.domains where organization_id = $1 and domain = $2 returning verified_at",
        organization.id as _,
        domain
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    if verified_at.is_some() {
        sqlx::query!(
            "insert into platform.released_names (kind, name, organization_id, free_at) values ('domain', $2, $1, $3)
             on conflict on constraint released_names_pkey do update set organization_id = excluded.organization_id, free_at = excluded.free_at",
            organization.id as _,
            domain,
            db.now() + TimeDelta::days(90)
        )
        .execute(&mut *tx)
        .await?;
    }
    let whose = Some((organization.id, organization.slug.as_str()));
    note(&mut tx, db, by, "domain.removed", whose, &json!({"domain": domain})).await?;
    tx.commit().await
}

/// How much of everything an organization has, counted at this moment; nothing of what is in it.
pub async fn usage(db: &Db, organization: OrganizationId) -> AppResult<Value> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let found = sqlx::query_scalar!("select platform.usage($1, $2)", organization as _, db.now());
    found.fetch_one(&mut *tx).await?.ok_or(AppError::NotFound)
}

/// A domain that name servers once confirmed.
#[derive(Debug)]
pub struct ProvenDomain {
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// In the form in which domains are compared.
    pub domain: String,
    /// What its owner put into the domain name system.
    pub challenge: String,
}

/// Domains that name servers once confirmed, of all organizations.
pub async fn domains_proven_by_dns(db: &Db) -> AppResult<Vec<ProvenDomain>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        ProvenDomain,
        "select organization_id, domain, challenge from platform.domains where proof = 'dns' order by domain"
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Notes whether the name servers still confirm a domain.
pub async fn note_domain_check(db: &Db, organization: OrganizationId, domain: &str, confirmed: bool) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "update platform.domains
            set checked_at = $4, failing_since = case when $3 then null else coalesce(failing_since, $4) end
          where organization_id = $1 and domain = $2 and proof = 'dns'",
        organization as _,
        domain,
        confirmed,
        db.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Suspends or resumes; whether anything changed. `Conflict` while it is being deleted.
pub async fn set_status(db: &Db, by: &By, slug: &str, status: &str) -> AppResult<bool> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let found = sqlx::query!(
        r#"select id as "id: OrganizationId", status from platform.organizations where slug = $1 for update"#,
        slug
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    if found.status == status {
        return Ok(false);
    }
    if found.status == "deleting" {
        return Err(AppError::conflict("This organization is being deleted; restore it first."));
    }
    sqlx::query!("update platform.organizations set status = $2 where slug = $1", slug, status)
        .execute(&mut *tx)
        .await?;
    let action = if status == "active" { "organization.resumed" } else { "organization.suspended" };
    note(&mut tx, db, by, action, Some((found.id, slug)), &json!({})).await?;
    tx.commit().await?;
    Ok(true)
}

/// Gives an organization another name.
pub async fn rename(db: &Db, by: &By, slug: &str, name: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let found = sqlx::query!(
        r#"select id as "id: OrganizationId", name from platform.organizations where slug = $1 for update"#,
        slug
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    sqlx::query!("update platform.organizations set name = $2 where slug = $1", slug, name).execute(&mut *tx).await?;
    let details = json!({"before": found.name, "after": name});
    note(&mut tx, db, by, "organization.renamed", Some((found.id, slug)), &details).await?;
    tx.commit().await
}

/// One page of the directory by slug, and how many match; `search` is part of slug or name.
pub async fn page(
    db: &Db,
    search: Option<&str>,
    status: Option<&str>,
    (limit, offset): (i64, i64),
) -> AppResult<(i64, Vec<Organization>)> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from platform.organizations
            where ($1::text is null or slug ilike $1 or name ilike $1) and ($2::text is null or status = $2)"#,
        search,
        status
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        Organization,
        r#"select id as "id: OrganizationId", slug, name, schema_name, status, placement_version from platform.organizations
            where ($1::text is null or slug ilike $1 or name ilike $1) and ($2::text is null or status = $2)
            order by slug limit $3 offset $4"#,
        search,
        status,
        limit,
        offset
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok((count, rows))
}

/// A key of access tokens as it is stored.
#[derive(Debug)]
pub struct StoredSigningKey {
    /// Stands in the header of its tokens.
    pub id: SigningKeyId,
    /// The key, wrapped by [`crate::Vault`].
    pub wrapped: Vec<u8>,
    /// It verifies until then; the newest key has no end yet.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Keys of access tokens, newest first.
pub async fn signing_keys(db: &Db) -> AppResult<Vec<StoredSigningKey>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        StoredSigningKey,
        r#"select id as "id: SigningKeyId", wrapped, ends_at from platform.signing_keys order by created_at desc, id desc"#
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Adds one that signs from now on; the others end at `others_end`.
pub async fn add_signing_key(db: &Db, id: SigningKeyId, wrapped: &[u8], others_end: DateTime<Utc>) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("update platform.signing_keys set ends_at = $1 where ends_at is null", others_end)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into platform.signing_keys (id, wrapped, created_at) values ($1, $2, $3)",
        id as _,
        wrapped,
        db.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Stores the same key in another wrapping.
pub async fn rewrap_signing_key(db: &Db, id: SigningKeyId, wrapped: &[u8]) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("update platform.signing_keys set wrapped = $2 where id = $1", id as _, wrapped)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Forgets what only yesterday needed: old feed rows, ticks and operator sessions.
pub async fn prune(db: &Db, before: DateTime<Utc>) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("delete from platform.feed where occurred_at < $1", before).execute(&mut *tx).await?;
    // The latest tick of each stays: a process that starts would take it for one that was missed.
    sqlx::query!(
        "delete from platform.schedule_runs r where due_at < $1
            and exists (select from platform.schedule_runs later where later.schedule = r.schedule and later.due_at > r.due_at)",
        before
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from platform.operator_sessions where expires_at < $1", before).execute(&mut *tx).await?;
    sqlx::query!("delete from platform.signing_keys where ends_at < $1", before).execute(&mut *tx).await?;
    crate::attempts::prune(&mut tx, db.now()).await?;
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
