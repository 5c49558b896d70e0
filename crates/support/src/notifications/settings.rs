//! What each person wants to be told, and when; read for many at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kernel::{AppError, AppResult, OrganizationId, UserId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::model::{QuietHours, Said};

/// Of one person; as shipped when there is no row.
#[derive(Debug, Clone)]
pub struct Settings {
    pub said: Said,
    pub quiet: Option<QuietHours>,
    pub version: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { said: Said::new(), quiet: None, version: 1 }
    }
}

impl Settings {
    /// When the person may be disturbed: now, or when the quiet hours are over.
    pub fn due(&self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        self.quiet.and_then(|quiet| quiet.end(now, zone)).unwrap_or(now)
    }
}

/// Of these people; those who have said nothing are absent.
pub async fn of(
    tx: &mut PgConnection,
    organization: OrganizationId,
    users: &[UserId],
) -> AppResult<HashMap<UserId, Settings>> {
    let users: Vec<uuid::Uuid> = users.iter().map(|user| user.0).collect();
    let rows = sqlx::query!(
        r#"select user_id as "user_id: UserId", preferences, quiet_from, quiet_until, version from notification_settings
            where organization_id = $1 and user_id = any($2)"#,
        organization as _,
        &users
    )
    .fetch_all(tx)
    .await?;
    let mut all = HashMap::with_capacity(rows.len());
    for row in rows {
        let said = serde_json::from_value(row.preferences).map_err(|error| AppError::Internal(error.into()))?;
        let minute = |value: Option<i16>| value.and_then(|value| u16::try_from(value).ok());
        let quiet = minute(row.quiet_from).zip(minute(row.quiet_until));
        let quiet = quiet.map(|(from, until)| QuietHours { from, until });
        all.insert(row.user_id, Settings { said, quiet, version: row.version });
    }
    Ok(all)
}

/// Keeps others from changing them meanwhile: two tabs of one person.
pub async fn lock(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into notification_settings as s (organization_id, user_id, version, updated_at) values ($1, $2, 1, $3)
         on conflict (organization_id, user_id) do update set version = s.version",
        organization as _,
        user as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes them; the version rises by one.
pub async fn save(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    settings: &Settings,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let minute = |value: u16| i16::try_from(value).ok();
    let said: Value = json!(settings.said);
    sqlx::query!(
        "update notification_settings set preferences = $3, quiet_from = $4, quiet_until = $5, version = version + 1, updated_at = $6
          where organization_id = $1 and user_id = $2",
        organization as _,
        user as _,
        said,
        settings.quiet.and_then(|quiet| minute(quiet.from)),
        settings.quiet.and_then(|quiet| minute(quiet.until)),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
