//! From settings to a running application: the database first, then everything that needs it.

use std::{sync::Arc, time::Duration};

use db::{
    Db, Tasks, Vault,
    admin::{self, Owner, RUNTIME_ROLE},
    embedded::{Embedded, EmbeddedConfig},
};
use kernel::{IdGen, SystemClock};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;
use web::{AppState, Config, Dns, HostCache, Keys, Outbound, SigningKeys, limits::RateLimits};

use crate::{
    config::{self, Settings},
    failure::{Failure, at},
    housekeeping, secret, storage,
};

/// The database on an embedded server.
const DATABASE: &str = "helpdesk";
/// Connections of one process.
const POOL: u32 = 20;
/// How long a database may take to answer the first time.
const FIRST_ANSWER: Duration = Duration::from_secs(15);
/// The newest security release of each PostgreSQL version when this was made.
const NEWEST: [(i32, i32); 4] = [(15, 20), (16, 16), (17, 12), (18, 6)];

/// A database that answers; nothing in it is changed yet.
#[derive(Debug)]
pub struct Ground {
    /// Our share in the embedded server, unless `DATABASE_URL` is set.
    pub embedded: Option<Embedded>,
    /// As the owner: migrations and new schemas.
    pub owner: PgConnectOptions,
    /// As the role of the running product.
    pub runtime: PgConnectOptions,
    /// `server_version_num`.
    pub version: i32,
    secret: Vec<u8>,
    ids: Arc<IdGen>,
}

impl Ground {
    /// Starts or joins the embedded server, or looks whether the external one answers.
    pub async fn reach(settings: &Settings) -> Result<Self, Failure> {
        let ids = Arc::new(IdGen::new(Arc::new(SystemClock)));
        let Some(url) = &settings.database_url else {
            let embedded = Box::pin(Embedded::acquire(EmbeddedConfig::new(&settings.data_dir))).await?;
            return match Self::on_embedded(settings, &embedded, ids).await {
                Ok((owner, runtime, version, secret, ids)) => {
                    Ok(Self { embedded: Some(embedded), owner, runtime, version, secret, ids })
                }
                Err(failure) => {
                    embedded.stop().await?;
                    Err(failure)
                }
            };
        };
        secret::folders(&settings.data_dir)?;
        let secret = secret::load(settings, ids.secret())?;
        let owner = config::database(url)?.application_name("helpdesk");
        let runtime = owner.clone().username(RUNTIME_ROLE).password(&admin::runtime_password(&secret));
        let version = version(&owner).await?;
        Ok(Self { embedded: None, owner, runtime, version, secret, ids })
    }

    async fn on_embedded(
        settings: &Settings,
        embedded: &Embedded,
        ids: Arc<IdGen>,
    ) -> Result<(PgConnectOptions, PgConnectOptions, i32, Vec<u8>, Arc<IdGen>), Failure> {
        if let Some(notice) = embedded.notice() {
            eprintln!("{notice}");
        }
        secret::folders(&settings.data_dir)?;
        let secret = secret::load(settings, ids.secret())?;
        admin::ensure_database(&embedded.connect_options("postgres", "postgres"), DATABASE).await?;
        let owner = embedded.connect_options("postgres", DATABASE);
        let runtime = embedded.connect_options(RUNTIME_ROLE, DATABASE);
        let version = version(&owner).await?;
        Ok((owner, runtime, version, secret, ids))
    }

    /// Brings the schema to this version and makes sure that the runtime role gets in, and not too far.
    pub async fn prepare(&self) -> Result<(), Failure> {
        if let Some(warning) = check_version(self.version)? {
            tracing::warn!("{warning}");
        }
        db::migrate(&self.owner).await?;
        if self.embedded.is_none() && !self.lets_runtime_in().await {
            let set = admin::set_runtime_password(&self.owner, &admin::runtime_password(&self.secret)).await;
            // When several nodes set it at once, one of them is refused; the password is the same.
            if let Err(error) = set
                && !self.lets_runtime_in().await
            {
                return Err(error.into());
            }
        }
        Ok(admin::check_runtime_role(&self.runtime).await?)
    }

    async fn lets_runtime_in(&self) -> bool {
        match PgConnection::connect_with(&self.runtime).await {
            Ok(connection) => connection.close().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Another database of the same server, and what a secret opens in it.
    pub(crate) fn beside(&self, database: &str, secret: Vec<u8>) -> Self {
        let on = |options: &PgConnectOptions| options.clone().database(database);
        let (owner, runtime) = (on(&self.owner), on(&self.runtime));
        Self { embedded: None, owner, runtime, version: self.version, secret, ids: Arc::clone(&self.ids) }
    }

    /// The application's state over this database.
    pub async fn state(&self, settings: &Settings, port: u16, demo: bool) -> Result<AppState, Failure> {
        let data_dir = secret::folders(&settings.data_dir)?;
        let files = match &settings.bucket {
            Some(bucket) => bucket.open()?,
            None => storage::folder(&data_dir.join("files"))?,
        };
        let config = Config {
            base_domain: settings.base_domain.clone(),
            https: settings.public.is_some_and(|public| public.https),
            public_port: settings.public.map_or(port, |public| public.port),
            cors_origins: settings.cors_origins.clone(),
            demo,
            mail_server: settings.smtp.as_ref().map(|smtp| (smtp.host.clone(), smtp.port)),
            data_dir,
            node: node_name(),
            trusted_proxies: settings.trusted_proxies.clone(),
        };
        let keys = Keys::new(&self.secret, &settings.accepted_secrets);
        let vault = Vault::new(keys.derive("data-keys"), keys.accepted("data-keys"));
        let db = Db::new(self.runtime.clone(), POOL, Arc::new(SystemClock), Arc::clone(&self.ids));
        Ok(AppState {
            signing: SigningKeys::load(&db, &vault).await?,
            db,
            owner: Owner(self.owner.clone()),
            config: Arc::new(config),
            vault,
            keys,
            files,
            hosts: HostCache::default(),
            outbound: Outbound::new(settings.outbound_allow.clone()).map_err(Failure::new)?,
            dns: Dns::new(settings.dns_server),
            limits: Arc::new(limits(settings)?),
            schedules: housekeeping::SCHEDULES,
        })
    }

    /// Leaves the database; the owner of an embedded server stops it.
    pub async fn leave(self) -> Result<(), Failure> {
        match self.embedded {
            Some(embedded) => Ok(embedded.stop().await?),
            None => Ok(()),
        }
    }
}

/// Everything that a command or the server needs. End it with [`Booted::stop`].
#[derive(Debug)]
pub struct Booted {
    /// What handlers and jobs reach.
    pub state: AppState,
    /// Background work of this process.
    pub tasks: Tasks,
    /// The database behind it.
    pub ground: Ground,
}

impl Booted {
    /// Reaches and prepares the database. `port` is what people use; `demo` opens the mail catcher.
    pub async fn start(settings: &Settings, port: u16, demo: bool) -> Result<Self, Failure> {
        let ground = Box::pin(Ground::reach(settings)).await?;
        let made = match ground.prepare().await {
            Ok(()) => ground.state(settings, port, demo).await,
            Err(failure) => Err(failure),
        };
        match made {
            Ok(state) => Ok(Self { state, tasks: Tasks::default(), ground }),
            Err(failure) => {
                ground.leave().await?;
                Err(failure)
            }
        }
    }

    /// Background work first, then the connections, at last the embedded server.
    pub async fn stop(self) -> Result<(), Failure> {
        if timeout(Duration::from_secs(10), self.tasks.shutdown()).await.is_err() {
            tracing::warn!("background work did not end within 10 s; it will be taken up again");
        }
        if timeout(Duration::from_secs(2), self.state.db.close()).await.is_err() {
            tracing::warn!("database connections were still in use");
        }
        self.ground.leave().await
    }
}

async fn version(owner: &PgConnectOptions) -> Result<i32, Failure> {
    let connecting = timeout(FIRST_ANSWER, PgConnection::connect_with(owner)).await;
    let connection = connecting.map_err(|_| Failure::new("The database does not answer."))?;
    let connection = connection.map_err(|error| Failure::from_database(&error))?;
    connection.close().await.map_err(kernel::AppError::from)?;
    Ok(admin::server_version(owner).await?)
}

/// Refuses what is too old; gives one sentence about what lacks security fixes.
pub(crate) fn check_version(version: i32) -> Result<Option<String>, Failure> {
    let (major, minor) = (version / 10_000, version % 10_000);
    if major < 15 {
        return Err(Failure::new(format!("PostgreSQL 15 or newer is needed, but the server is version {major}.")));
    }
    let newest = NEWEST.iter().find(|(known, _)| *known == major).map(|(_, newest)| *newest);
    Ok(newest.filter(|newest| minor < *newest).map(|newest| {
        format!("PostgreSQL {major}.{minor} lacks security fixes: update it to {major}.{newest} or newer.")
    }))
}

/// Names this process in job leases: host and process id.
fn node_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => std::env::var("HOSTNAME").unwrap_or_else(|_| "node".to_owned()),
        host => host.to_owned(),
    };
    format!("{host}-{}", std::process::id())
}

fn limits(settings: &Settings) -> Result<RateLimits, Failure> {
    match &settings.redis_url {
        None => Ok(RateLimits::new(settings.rates)),
        Some(url) => RateLimits::with_redis(settings.rates, url)
            .map_err(|error| Failure::new(format!("REDIS_URL cannot be used: {error}."))),
    }
}

/// Whether the folder can be written to.
pub(crate) fn check_writable(dir: &std::path::Path) -> Result<(), Failure> {
    let probe = dir.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"probe").map_err(at(dir))?;
    std::fs::remove_file(&probe).map_err(at(dir))
}

#[cfg(test)]
mod tests {
    use super::check_version;

    #[test]
    fn old_servers_are_refused_and_unpatched_ones_named() {
        assert!(check_version(140_013).is_err());
        assert!(check_version(150_002).unwrap().unwrap().contains("15.2 lacks"));
        assert_eq!(check_version(150_020).unwrap(), None);
        assert_eq!(check_version(990_000).unwrap(), None);
    }
}
