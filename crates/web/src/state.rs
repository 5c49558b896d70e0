//! What every handler can reach.

use std::{path::PathBuf, sync::Arc};

use db::{Db, Vault, schedule::Schedule};
use hmac::{Hmac, KeyInit, Mac};
use object_store::ObjectStore;
use sha2::Sha256;
use sqlx::postgres::PgConnectOptions;

use crate::HostCache;

/// How this installation is set up; read once at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Organizations live at `SLUG.base_domain`.
    pub base_domain: String,
    /// Port that people use, for addresses in mails and on the terminal.
    pub public_port: u16,
    /// Demo mode: the mail catcher can be read by administrators.
    pub demo: bool,
    /// Host and port of the mail server, when one is configured.
    pub mail_server: Option<(String, u16)>,
    /// Where files that are not in the database lie.
    pub data_dir: PathBuf,
    /// This node, in job leases.
    pub node: String,
}

impl Config {
    /// The address of an organization's host.
    pub fn organization_url(&self, slug: &str) -> String {
        match self.public_port {
            80 => format!("http://{slug}.{}", self.base_domain),
            port => format!("http://{slug}.{}:{port}", self.base_domain),
        }
    }
}

/// Keys derived from the one secret of the installation, each for one purpose.
#[derive(Clone)]
pub struct Keys {
    secret: Arc<[u8]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From the installation's secret.
    pub fn new(secret: &[u8]) -> Self {
        Self { secret: secret.into() }
    }

    /// The key for one purpose; other purposes tell nothing about it.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any key length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Shared by all requests and jobs of a process.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The database as its owner: to move and remove organizations and to make schemas, never for requests.
    pub owner: PgConnectOptions,
    /// The set-up.
    pub config: Arc<Config>,
    /// Derived keys.
    pub keys: Keys,
    /// Secrets in the database.
    pub vault: Vault,
    /// Files.
    pub files: Arc<dyn ObjectStore>,
    /// Which host belongs to which organization.
    pub hosts: HostCache,
    /// What runs by the clock.
    pub schedules: &'static [Schedule],
}
