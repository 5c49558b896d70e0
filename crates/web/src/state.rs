//! What every handler can reach.

use std::{path::PathBuf, sync::Arc};

use db::{Db, Vault, admin::Owner, schedule::Schedule};
use hmac::{Hmac, KeyInit, Mac};
use object_store::ObjectStore;
use sha2::Sha256;

use crate::{Dns, HostCache, Outbound, SigningKeys, TrustedProxies, limits::RateLimits};

/// How this installation is set up; read once at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Organizations live at `SLUG.base_domain`.
    pub base_domain: String,
    /// Whether people reach it by HTTPS, through a proxy.
    pub https: bool,
    /// Port that people use, for addresses in mails and on the terminal.
    pub public_port: u16,
    /// Origins (`https://host`) whose pages may ask the API.
    pub cors_origins: Vec<String>,
    /// Demo mode: the mail catcher can be read by administrators.
    pub demo: bool,
    /// Host and port of the mail server, when one is configured.
    pub mail_server: Option<(String, u16)>,
    /// Where files that are not in the database lie.
    pub data_dir: PathBuf,
    /// This node, in job leases.
    pub node: String,
    /// Proxies whose word about the peer counts.
    pub trusted_proxies: TrustedProxies,
}

impl Config {
    /// The address of an organization's host.
    pub fn organization_url(&self, slug: &str) -> String {
        self.origin(&format!("{slug}.{}", self.base_domain))
    }

    /// The address of a host.
    pub fn origin(&self, host: &str) -> String {
        match (self.https, self.public_port) {
            (false, 80) => format!("http://{host}"),
            (true, 443) => format!("https://{host}"),
            (https, port) => format!("{}://{host}:{port}", if https { "https" } else { "http" }),
        }
    }
}

/// Keys derived from the one secret of the installation, each for one purpose.
#[derive(Clone)]
pub struct Keys {
    secret: Arc<[u8]>,
    accepted: Arc<[Vec<u8>]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From the installation's secret, and others with which things may still be signed or wrapped.
    pub fn new(secret: &[u8], accepted: &[Vec<u8>]) -> Self {
        Self { secret: secret.into(), accepted: accepted.into() }
    }

    /// The key for one purpose; other purposes tell nothing about it.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derive(&self.secret, purpose)
    }

    /// The keys for the same purpose of the secrets that are accepted beside the present one.
    pub fn accepted(&self, purpose: &str) -> Vec<[u8; 32]> {
        self.accepted.iter().map(|secret| derive(secret, purpose)).collect()
    }
}

fn derive(secret: &[u8], purpose: &str) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Shared by all requests and jobs of a process.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The owner's way into it.
    pub owner: Owner,
    /// The set-up.
    pub config: Arc<Config>,
    /// Derived keys.
    pub keys: Keys,
    /// Keys of access tokens.
    pub signing: SigningKeys,
    /// Secrets in the database.
    pub vault: Vault,
    /// Files.
    pub files: Arc<dyn ObjectStore>,
    /// Which host belongs to which organization.
    pub hosts: HostCache,
    /// The way to other servers by HTTP.
    pub outbound: Outbound,
    /// Texts in the domain name system.
    pub dns: Dns,
    /// How often the API may be called.
    pub limits: Arc<RateLimits>,
    /// What runs by the clock.
    pub schedules: &'static [Schedule],
}
