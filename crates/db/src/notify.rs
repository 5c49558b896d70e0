//! Words between the nodes of an installation, through PostgreSQL. They are hints: whoever misses
//! one finds out in another way.

use std::time::Duration;

use kernel::AppResult;
use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::{Db, Mode, PlatformTx};

/// The one channel of the product.
const CHANNEL: &str = "helpdesk";
/// Bytes that PostgreSQL carries in one word.
pub const MAX: usize = 7_900;

/// Says something to all nodes that listen, this one among them. Never part of somebody's
/// transaction: a word is sent under a lock that all of them share.
pub async fn say(db: &Db, text: &str) -> AppResult<()> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, text).execute(&mut *tx).await?;
    tx.commit().await
}

/// A connection of its own on which the words of all nodes arrive.
#[derive(Debug)]
pub struct Ear(PgListener);

impl Ear {
    /// Begins to listen.
    pub async fn open(db: &Db) -> AppResult<Self> {
        let options = (*db.pool.connect_options()).clone();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next word; none when the connection was lost, and words with it. It is made anew by itself.
    pub async fn hear(&mut self) -> AppResult<Option<String>> {
        Ok(self.0.try_recv().await?.map(|word| word.payload().to_owned()))
    }
}
