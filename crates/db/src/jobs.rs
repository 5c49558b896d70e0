//! The job queue's rows: claim with a lease, keep it, finish or fail with its token.
//!
//! Claiming is fair between organizations: each gets its best few jobs ranked, and the claim
//! takes all first ranks before any second one.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult, JobId, OrganizationId};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Db, Mode, PlatformTx, TenantTx};

/// A claimed job is given back when nobody kept its lease for so long.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Jobs of the installation itself carry this instead of an organization.
pub const PLATFORM: OrganizationId = OrganizationId(Uuid::nil());

pub(crate) struct NewJob {
    pub id: JobId,
    pub organization: OrganizationId,
    pub kind: String,
    pub payload: Value,
    pub run_at: DateTime<Utc>,
    pub dedupe_key: Option<String>,
}

/// Queues a job of the installation itself.
pub async fn enqueue_for_platform(db: &Db, kind: &str, payload: Value) -> AppResult<JobId> {
    let (id, now): (JobId, _) = (db.ids.id(), db.now());
    let job = NewJob { id, organization: PLATFORM, kind: kind.to_owned(), payload, run_at: now, dedupe_key: None };
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    insert(&mut tx, &[job], now).await?;
    tx.commit().await?;
    db.jobs_wake.notify_one();
    Ok(id)
}

pub(crate) async fn insert(tx: &mut PgConnection, jobs: &[NewJob], now: DateTime<Utc>) -> AppResult<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into platform.jobs (id, organization_id, kind, payload, run_at, dedupe_key, created_at)
         select j.*, $7 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[], $6::text[]) j
         on conflict do nothing",
        &jobs.iter().map(|job| job.id.0).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.organization.0).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.kind.clone()).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.payload.clone()).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.run_at).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.dedupe_key.clone()).collect::<Vec<_>>() as &[Option<String>],
        now,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Queues a job at once, in a transaction of its own: for requests that must do the same work
/// whatever they are about, and therefore look nothing up.
pub async fn queue(db: &Db, organization: OrganizationId, kind: &'static str, payload: Value) -> AppResult<()> {
    let (id, now) = (db.ids.id(), db.now());
    let job = NewJob { id, organization, kind: kind.to_owned(), payload, run_at: now, dedupe_key: None };
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    insert(&mut tx, &[job], now).await?;
    tx.commit().await?;
    db.jobs_wake.notify_one();
    Ok(())
}

/// A job in our hands until its lease ends.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// Which job.
    pub id: JobId,
    /// Whose it is; [`PLATFORM`] for the installation's own.
    pub organization: OrganizationId,
    /// Decides the handler.
    pub kind: String,
    /// Ids, as enqueued.
    pub payload: Value,
    /// This attempt, counted from 1.
    pub attempt: i32,
    /// The last attempt has this number.
    pub max_attempts: i32,
    token: Uuid,
}

/// Takes up to `limit` due jobs; of each organization so many that the node runs at most `per_organization` of it at a time.
pub async fn claim(db: &Db, node: &str, limit: i64, per_organization: i64) -> AppResult<Vec<ClaimedJob>> {
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let rows = sqlx::query!(
        r#"with recursive orgs as (
             (select organization_id from platform.jobs where state = 'ready' order by organization_id limit 1)
             union all
             select (select j.organization_id from platform.jobs j
                      where j.state = 'ready' and j.organization_id > o.organization_id
                      order by j.organization_id limit 1)
               from orgs o where o.organization_id is not null),
           running as (
             select organization_id, count(*) as jobs from platform.jobs where state = 'leased' and leased_by = $5 group by 1),
           candidates as (
             select c.id from orgs o cross join lateral (
               select x.id, x.priority, x.run_at, row_number() over (order by x.priority desc, x.run_at, x.id) as place
                 from (select j.id, j.priority, j.run_at from platform.jobs j
                        where j.state = 'ready' and j.organization_id = o.organization_id and j.run_at <= $1
                        order by j.priority desc, j.run_at, j.id
                        limit greatest($3 - coalesce((select r.jobs from running r where r.organization_id = o.organization_id), 0), 0)) x) c
              where o.organization_id is not null
              order by c.place, c.priority desc, c.run_at limit $2),
           locked as (
             select id from platform.jobs where id in (select id from candidates) and state = 'ready' for update skip locked)
           update platform.jobs j
              set state = 'leased', attempts = j.attempts + 1, lease_token = gen_random_uuid(), lease_until = $4, leased_by = $5
             from locked where j.id = locked.id
           returning j.id as "id: JobId", j.organization_id as "organization_id: OrganizationId", j.kind, j.payload, j.attempts, j.max_attempts, j.lease_token as "token!""#,
        now,
        limit,
        per_organization,
        now + LEASE,
        node,
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| ClaimedJob {
            id: row.id,
            organization: row.organization_id,
            kind: row.kind,
            payload: row.payload,
            attempt: row.attempts,
            max_attempts: row.max_attempts,
            token: row.token,
        })
        .collect())
}

/// Gives back the jobs whose worker went silent; those out of attempts are dead.
pub async fn reclaim(db: &Db) -> AppResult<u64> {
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let done = sqlx::query!(
        "update platform.jobs
            set state = case when attempts >= max_attempts then 'dead' else 'ready' end,
                died_at = case when attempts >= max_attempts then $1::timestamptz end,
                last_error = 'The worker that ran this job went silent.',
                lease_token = null, lease_until = null
          where id in (select id from platform.jobs where state = 'leased' and lease_until < $1 limit 1000 for update skip locked)",
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

impl ClaimedJob {
    /// Keeps the lease; false when it is lost and the work must stop.
    pub async fn keep(&self, db: &Db) -> AppResult<bool> {
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        let done = sqlx::query!(
            "update platform.jobs set lease_until = $3 where id = $1 and lease_token = $2",
            self.id as _,
            self.token,
            db.now() + LEASE
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes the job out of the queue; false when the lease was lost.
    pub async fn finish(&self, db: &Db) -> AppResult<bool> {
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        let done =
            sqlx::query!("delete from platform.jobs where id = $1 and lease_token = $2", self.id as _, self.token)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Puts the job back for a later attempt, or among the dead after the last or a hopeless one.
    pub async fn fail(&self, db: &Db, error: &str, hopeless: bool) -> AppResult<()> {
        let now = db.now();
        let dead = hopeless || self.attempt >= self.max_attempts;
        let jitter = f64::from(u32::from_le_bytes(db.ids.secret())) / f64::from(u32::MAX);
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        sqlx::query!(
            "update platform.jobs
                set state = case when $3 then 'dead' else 'ready' end, died_at = case when $3 then $4::timestamptz end,
                    run_at = $5, last_error = left($6, 2000), lease_token = null, lease_until = null
              where id = $1 and lease_token = $2",
            self.id as _,
            self.token,
            dead,
            now,
            now + backoff(self.attempt, jitter),
            error,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Wait before the attempt after number `attempt`: 5 s, doubled each time up to 6 h, of which
/// between three quarters and all is waited (`jitter` from 0 to 1). Twenty attempts span about two days.
pub fn backoff(attempt: i32, jitter: f64) -> TimeDelta {
    let seconds = 5_f64 * 2_f64.powi((attempt - 1).clamp(0, 20));
    let waited = seconds.min(21_600.0) * (0.75 + jitter.clamp(0.0, 1.0) / 4.0);
    TimeDelta::from_std(std::time::Duration::from_secs_f64(waited)).unwrap_or(TimeDelta::hours(6))
}

/// A job that ran out of attempts.
#[derive(Debug, Clone, Serialize)]
pub struct DeadJob {
    /// Which job.
    pub id: JobId,
    /// Decides the handler.
    pub kind: String,
    /// Attempts made.
    pub attempts: i32,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: Option<DateTime<Utc>>,
}

/// Dead jobs of one organization, latest first, with their number.
pub async fn dead(db: &Db, organization: OrganizationId, limit: i64, offset: i64) -> AppResult<(i64, Vec<DeadJob>)> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from platform.jobs where organization_id = $1 and state = 'dead'"#,
        organization as _
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        DeadJob,
        r#"select id as "id: JobId", kind, attempts, last_error, created_at, died_at from platform.jobs
            where organization_id = $1 and state = 'dead' order by died_at desc, id limit $2 offset $3"#,
        organization as _,
        limit,
        offset
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok((count, rows))
}

/// Gives a dead job of the open organization all its attempts again, once the transaction commits.
pub async fn retry(tx: &mut TenantTx, id: JobId) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let was_dead =
        sqlx::query_scalar!(r#"select platform.retry_job($1, $2, $3) as "was_dead!""#, organization as _, id as _, now)
            .fetch_one(&mut **tx)
            .await?;
    if was_dead { Ok(()) } else { Err(AppError::NotFound) }
}

/// How full the queue is.
#[derive(Debug, Clone, Copy)]
pub struct QueueState {
    /// Due and waiting.
    pub due: i64,
    /// Out of attempts.
    pub dead: i64,
    /// Seconds that the longest-waiting due job, or event that became no job yet, has waited.
    pub oldest_seconds: i64,
}

/// Looks at the whole queue, for health and metrics.
pub async fn state(db: &Db) -> AppResult<QueueState> {
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'ready' and run_at <= $1) as "due!", count(*) filter (where state = 'dead') as "dead!",
                  coalesce(extract(epoch from $1 - least(min(run_at) filter (where state = 'ready' and run_at <= $1), platform.outbox_oldest())), 0)::bigint as "oldest!"
           from (select state, run_at from platform.jobs limit 100000) j"#,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(QueueState { due: row.due, dead: row.dead, oldest_seconds: row.oldest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_is_bounded() {
        assert_eq!(backoff(1, 1.0), TimeDelta::seconds(5));
        assert_eq!(backoff(3, 1.0), TimeDelta::seconds(20));
        assert_eq!(backoff(30, 1.0), TimeDelta::hours(6));
        assert!(backoff(1, 0.0) < backoff(1, 1.0));
        let total: i64 = (1..20).map(|attempt| backoff(attempt, 1.0).num_seconds()).sum();
        assert!((129_600..216_000).contains(&total), "{total}");
    }
}
