//! The processes that serve, as they see each other: who was seen lately is alive.

use std::time::Duration;

use chrono::TimeDelta;
use kernel::AppResult;

use crate::{Db, Mode, PlatformTx};

/// How often a node says that it is there.
pub const BEAT: Duration = Duration::from_secs(4);
/// Who was not seen for so long is gone.
const ALIVE: TimeDelta = TimeDelta::seconds(15);

/// Says that this node is there; how many are, this one among them.
pub async fn beat(db: &Db, name: &str) -> AppResult<u32> {
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.nodes (name, seen_at) values ($1, $2) on conflict (name) do update set seen_at = excluded.seen_at",
        name,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from platform.nodes where seen_at < $1", now - TimeDelta::hours(1)).execute(&mut *tx).await?;
    let alive = sqlx::query_scalar!(
        r#"select count(*)::integer as "alive!" from platform.nodes where seen_at > $1"#,
        now - ALIVE
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(u32::try_from(alive).unwrap_or(1))
}

/// Says that this node ends.
pub async fn leave(db: &Db, name: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("delete from platform.nodes where name = $1", name).execute(&mut *tx).await?;
    tx.commit().await
}
