//! Background work as administrators see it: dead letters of the organization, which can be run
//! again, and what the installation does by the clock.
//!
//! Tables: `platform.jobs`, through `db::jobs`. Permissions: `jobs:manage`. Events: none.

use chrono::{DateTime, Utc};
use kernel::{JobId, Page, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Access, ApiResult, Listing, PathId, Query, Read, RequestUri, Route, Staff, Write};

/// The route table.
pub fn routes() -> Vec<Route> {
    let manage = Access::needs(Permission::JobManage);
    vec![
        Route::get("/jobs", manage, "jobs_list", "List dead jobs", list).query::<JobQuery>().ok::<Page<JobOut>>(200),
        Route::get("/jobs/schedules", manage, "jobs_schedules", "What runs by the clock", schedules)
            .query::<JobQuery>()
            .ok::<Page<ScheduleOut>>(200),
        Route::post("/jobs/{id}/retry", manage, "jobs_retry", "Run a dead job again", retry)
            .ok::<RetriedJob>(202)
            .without_key(),
    ]
}

/// A job that was given up.
#[derive(Debug, Serialize, ToSchema)]
struct JobOut {
    /// `job_…`
    id: JobId,
    /// What it was to do.
    kind: String,
    /// Attempts made.
    attempts: i32,
    /// What the last attempt said.
    last_error: Option<String>,
    /// When it was queued.
    created_at: DateTime<Utc>,
    /// When it was given up.
    died_at: Option<DateTime<Utc>>,
}

impl From<db::jobs::DeadJob> for JobOut {
    fn from(job: db::jobs::DeadJob) -> Self {
        let db::jobs::DeadJob { id, kind, attempts, last_error, created_at, died_at } = job;
        Self { id, kind, attempts, last_error, created_at, died_at }
    }
}

/// A job that is queued again.
#[derive(Debug, Serialize, ToSchema)]
struct RetriedJob {
    /// `job_…`
    id: JobId,
    /// `ready`
    state: &'static str,
}

/// Something that the installation does by the clock.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleOut {
    /// Stable.
    name: String,
    /// What is done.
    kind: String,
    /// Five fields, UTC.
    cron: String,
    /// When it was due last; null before the first time.
    last_at: Option<DateTime<Utc>>,
    /// When it is due next.
    next_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct JobQuery {
    /// Counted from 1.
    page: Option<i64>,
    /// 20 unless told; at most 100.
    page_size: Option<i64>,
}

/// `GET jobs/`
async fn list(cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<JobQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (organization, db) = (cx.organization.id, cx.state.db.clone());
    // The queue has transactions of its own; no request holds two connections.
    drop(cx);
    let (count, jobs) = db::jobs::dead(&db, organization, listing.limit(), listing.offset()).await?;
    let jobs = jobs.into_iter().map(JobOut::from).collect();
    Ok(web::ok(&listing.page(jobs, Some(count), None), None))
}

/// `GET jobs/schedules/`
async fn schedules(cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<JobQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let state = cx.state.clone();
    drop(cx);
    let (mut last, now) = (db::schedule::last_ticks(&state.db).await?, state.db.now());
    let mut rows = Vec::with_capacity(state.schedules.len());
    for schedule in state.schedules {
        rows.push(ScheduleOut {
            name: schedule.name.to_owned(),
            kind: schedule.kind.to_owned(),
            cron: schedule.cron.to_owned(),
            last_at: last.remove(schedule.name),
            next_at: schedule.next_tick(now)?,
        });
    }
    Ok(web::ok(&web::page_links(&listing, rows), None))
}

/// `POST jobs/{id}/retry/`
async fn retry(PathId(id): PathId<JobId>, mut cx: Staff<Write>) -> ApiResult {
    db::jobs::retry(&mut cx.tx, id).await?;
    cx.tx.audit("job.retried", ("job", Some(id.0)), &(), &());
    cx.commit(web::accepted(&RetriedJob { id, state: "ready" })).await
}
