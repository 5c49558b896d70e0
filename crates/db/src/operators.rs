//! Operators of the installation: accounts, sessions, and the log of what they did. The log's
//! rows are written in the transaction of what they tell, and can only be added.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use kernel::{AppError, AppResult, OperatorEntryId, OperatorId, OrganizationId, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{Db, Mode, PlatformTx};

/// Who changes the installation, and from where; what they asked for and a job does later carries it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct By {
    /// The operator with address; none on the command line.
    pub operator: Option<(OperatorId, String)>,
    /// Address of the peer.
    pub ip: Option<IpAddr>,
    /// The request, as in the log.
    pub request_id: Option<String>,
}

/// A line of the operators' log.
#[derive(Debug)]
pub struct LogRow {
    /// Which.
    pub id: OperatorEntryId,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Address of the operator; none on the command line.
    pub operator_email: Option<String>,
    /// `noun.verb-in-past-tense`.
    pub action: String,
    /// The organization it was done to.
    pub organization_slug: Option<String>,
    /// More, by action.
    pub details: Value,
    /// Address of the peer.
    pub ip: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

/// Notes an action in the operators' log.
pub async fn note(
    tx: &mut PgConnection,
    db: &Db,
    by: &By,
    action: &str,
    organization: Option<(OrganizationId, &str)>,
    details: &Value,
) -> AppResult<()> {
    let id: OperatorEntryId = db.ids.id();
    sqlx::query!(
        "insert into platform.operator_log (id, occurred_at, operator_id, operator_email, action, organization_id,
             organization_slug, details, ip, request_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id as _,
        db.now(),
        by.operator.as_ref().map(|operator| operator.0.0),
        by.operator.as_ref().map(|operator| operator.1.clone()),
        action,
        organization.map(|organization| organization.0.0),
        organization.map(|organization| organization.1),
        details,
        by.ip.map(|ip| ip.to_string()),
        by.request_id.clone()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// One page of the log, newest first, and how many lines there are; of one organization if given.
pub async fn log(db: &Db, organization: Option<&str>, (limit, offset): (i64, i64)) -> AppResult<(i64, Vec<LogRow>)> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from platform.operator_log where $1::text is null or organization_slug = $1"#,
        organization
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        LogRow,
        r#"select id as "id: OperatorEntryId", occurred_at, operator_email, action, organization_slug, details, ip, request_id
             from platform.operator_log where $1::text is null or organization_slug = $1
            order by occurred_at desc, id desc limit $2 offset $3"#,
        organization,
        limit,
        offset
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok((count, rows))
}

/// An operator.
#[derive(Debug)]
pub struct OperatorRow {
    /// Which.
    pub id: OperatorId,
    /// Lower-case address.
    pub email: String,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// All operators by address; they are few.
pub async fn list(db: &Db) -> AppResult<Vec<OperatorRow>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_as!(
        OperatorRow,
        r#"select id as "id: OperatorId", email, created_at from platform.operators order by email"#
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Removes an operator with all sessions. The last one stays: `Conflict`.
pub async fn remove(db: &Db, by: &By, id: OperatorId) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let all = sqlx::query!(r#"select id as "id: OperatorId", email from platform.operators order by id for update"#)
        .fetch_all(&mut *tx)
        .await?;
    let found = all.iter().find(|operator| operator.id == id).ok_or(AppError::NotFound)?;
    if all.len() == 1 {
        return Err(AppError::conflict("The last operator cannot be removed."));
    }
    sqlx::query!("delete from platform.operators where id = $1", id as _).execute(&mut *tx).await?;
    note(&mut tx, db, by, "operator.removed", None, &json!({"email": found.email})).await?;
    tx.commit().await
}

/// Makes an operator or sets a new password for one.
pub async fn upsert_operator(db: &Db, by: &By, email: &str, password_hash: &str) -> AppResult<()> {
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
    note(&mut tx, db, by, "operator.saved", None, &json!({"email": email})).await?;
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

/// The operator behind a session that is still good, with address.
pub async fn operator_of_session(db: &Db, session: SessionId) -> AppResult<Option<(OperatorId, String)>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let row = sqlx::query!(
        r#"select o.id as "id: OperatorId", o.email from platform.operator_sessions s
             join platform.operators o on o.id = s.operator_id
            where s.id = $1 and s.revoked_at is null and s.expires_at > $2"#,
        session as _,
        db.now()
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| (row.id, row.email)))
}

/// Ends an operator's session.
pub async fn end_session(db: &Db, session: SessionId) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "update platform.operator_sessions set revoked_at = $2 where id = $1 and revoked_at is null",
        session as _,
        db.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Notes an action that had transactions of its own.
pub async fn note_alone(db: &Db, by: &By, action: &str, details: &Value) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    note(&mut tx, db, by, action, None, details).await?;
    tx.commit().await
}
