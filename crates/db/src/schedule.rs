//! Cron schedules. A tick happens once however many nodes there are: the row
//! `(schedule, due_at)` is written in the transaction that queues its job.

use std::{collections::HashMap, str::FromStr};

use chrono::{DateTime, Utc};
use croner::Cron;
use kernel::{AppError, AppResult, JobId};
use serde_json::json;

use crate::{
    Db, Mode, PlatformTx,
    jobs::{NewJob, PLATFORM, insert},
};

/// A job of `kind` for the installation, at each tick of `cron` (five fields, UTC).
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Stable; part of the key of each tick.
    pub name: &'static str,
    /// Five fields.
    pub cron: &'static str,
    /// The kind of the job.
    pub kind: &'static str,
}

impl Schedule {
    fn parsed(&self) -> AppResult<Cron> {
        Cron::from_str(self.cron).map_err(|error| AppError::Internal(error.into()))
    }

    /// The first tick after `now`.
    pub fn next_tick(&self, now: DateTime<Utc>) -> AppResult<DateTime<Utc>> {
        self.parsed()?.find_next_occurrence(&now, false).map_err(|error| AppError::Internal(error.into()))
    }

    /// The latest tick at or before `now`.
    pub fn latest_tick(&self, now: DateTime<Utc>) -> AppResult<DateTime<Utc>> {
        let cron = self.parsed()?;
        cron.find_previous_occurrence(&now, true).map_err(|error| AppError::Internal(error.into()))
    }
}

/// When each schedule ticked last, by name; those that never did are absent.
pub async fn last_ticks(db: &Db) -> AppResult<HashMap<String, DateTime<Utc>>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let rows =
        sqlx::query!(r#"select schedule, max(due_at) as "due_at!" from platform.schedule_runs group by schedule"#)
            .fetch_all(&mut *tx)
            .await?;
    Ok(rows.into_iter().map(|row| (row.schedule, row.due_at)).collect())
}

/// Ticks this process has seen queued; saves asking the database every second.
pub(crate) type Seen = HashMap<&'static str, DateTime<Utc>>;

/// Queues the latest tick of each schedule unless it was queued before.
pub(crate) async fn tick(db: &Db, schedules: &[Schedule], seen: &mut Seen) -> AppResult<()> {
    let now = db.now();
    for schedule in schedules {
        let due_at = schedule.latest_tick(now)?;
        if seen.get(schedule.name) == Some(&due_at) {
            continue;
        }
        let id: JobId = db.ids.id();
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        let first = sqlx::query!(
            "insert into platform.schedule_runs (schedule, due_at, job_id) values ($1, $2, $3) on conflict do nothing",
            schedule.name,
            due_at,
            id as _
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if first == 1 {
            let job = NewJob {
                id,
                organization: PLATFORM,
                kind: schedule.kind.to_owned(),
                payload: json!({ "due_at": due_at }),
                run_at: now,
                dedupe_key: Some(format!("{}:{due_at}", schedule.name)),
            };
            insert(&mut tx, &[job], now).await?;
            tx.commit().await?;
        }
        seen.insert(schedule.name, due_at);
    }
    Ok(())
}
