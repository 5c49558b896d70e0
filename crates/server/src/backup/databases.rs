//! A database beside the product's own, into which a backup is loaded before anybody sees it.

use db::admin;
use kernel::AppResult;
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use super::{Folder, clients::Clients};
use crate::{boot::Ground, failure::Failure};

/// What may be connected to while others are renamed and dropped.
const MAINTENANCE: &str = "postgres";

/// The names of the databases that take part.
pub(super) struct Databases {
    maintenance: PgConnectOptions,
    /// The product's own.
    pub own: String,
    /// The one that is filled.
    pub draft: String,
    /// What the product's own is called after it was replaced.
    pub kept: String,
}

impl Databases {
    pub fn new(ground: &Ground, own: String) -> Self {
        // PostgreSQL cuts names after 63 bytes; ours must stay apart.
        let stem: String = own.chars().take(40).collect();
        Self {
            maintenance: ground.owner.clone().database(MAINTENANCE),
            draft: format!("{stem}_restore"),
            kept: format!("{stem}_before_restore"),
            own,
        }
    }

    /// Fills the draft from the backup and brings it to this version. What an earlier try left is removed.
    pub async fn fill(
        &self,
        ground: &Ground,
        clients: &Clients,
        folder: &Folder,
        secret: Vec<u8>,
    ) -> Result<Ground, Failure> {
        admin::drop_database(&self.maintenance, &self.draft).await?;
        admin::ensure_database(&self.maintenance, &self.draft).await?;
        let draft = ground.beside(&self.draft, secret);
        match self.load(&draft, clients, folder).await {
            Ok(()) => Ok(draft),
            Err(failure) => {
                self.drop_draft().await?;
                Err(failure)
            }
        }
    }

    async fn load(&self, draft: &Ground, clients: &Clients, folder: &Folder) -> Result<(), Failure> {
        clients.restore(&self.draft, &folder.dump()).await?;
        forget_replaceables(&draft.owner).await?;
        Ok(db::migrate(&draft.owner).await?)
    }

    /// Puts the draft in the place of the product's own database.
    pub async fn replace(&self) -> AppResult<()> {
        admin::drop_database(&self.maintenance, &self.kept).await?;
        admin::replace_database(&self.maintenance, &self.draft, &self.own, &self.kept).await
    }

    pub async fn drop_draft(&self) -> AppResult<()> {
        admin::drop_database(&self.maintenance, &self.draft).await
    }

    pub async fn drop_kept(&self) -> AppResult<()> {
        admin::drop_database(&self.maintenance, &self.kept).await
    }
}

/// A dump holds no rights on the database itself: what gives them must run again. And no statistics.
async fn forget_replaceables(owner: &PgConnectOptions) -> AppResult<()> {
    let mut connection = PgConnection::connect_with(owner).await?;
    connection.execute("delete from platform.replaceables").await?;
    connection.execute("analyze").await?;
    connection.close().await?;
    Ok(())
}
