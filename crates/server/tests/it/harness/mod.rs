//! The product in the test's own process, over a real database: two organizations of the same
//! shape, a clock that stands still, and no background work unless asked for.

pub mod client;
pub mod database;
pub mod s3;
pub mod schema;
pub mod world;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use channels::outgoing::Mailer;
use chrono::{DateTime, TimeDelta, Utc};
use db::{Db, Vault, admin::Owner};
use kernel::{Clock, IdGen, ManualClock};
use object_store::local::LocalFileSystem;
use server::{compose, pages};
use web::{
    AppState, Config, Dns, HostCache, Keys, Outbound, SigningKeys, TrustedProxies,
    limits::{RateLimits, Rates},
    outbound::Allowed,
};

pub use client::{Answer, Client};
pub use world::World;

use self::{
    client::{CANARY_A, CANARY_B},
    database::Database,
};

/// The running product.
#[derive(Debug)]
pub struct TestApp {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    pub world: World,
    pub mailer: Mailer,
    leaves_work: AtomicBool,
    service: axum::Router,
    folder: tempfile::TempDir,
    pub database: Database,
}

/// What lies below a running product: a migrated database without organizations, folders, a clock.
#[derive(Debug)]
pub struct Ground {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    folder: tempfile::TempDir,
    pub database: Database,
}

impl Ground {
    /// An installation of its own: its ids are not those of [`TestApp`].
    pub async fn new() -> Self {
        Self::seeded(43).await
    }

    async fn seeded(seed: u64) -> Self {
        let database = Database::create().await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(start_of_time()));
        let ids = Arc::new(IdGen::seeded(Arc::clone(&clock) as Arc<dyn Clock>, seed));
        let config = Config {
            base_domain: "localhost".to_owned(),
            https: false,
            public_port: 8000,
            cors_origins: vec!["https://console.example.org".to_owned()],
            demo: true,
            mail_server: None,
            data_dir: folder.path().to_owned(),
            node: "test".to_owned(),
            trusted_proxies: TrustedProxies::default(),
        };
        std::fs::create_dir(folder.path().join("files")).unwrap();
        let keys = Keys::new(b"the secret of all tests", &[]);
        let vault = Vault::new(keys.derive("data-keys"), keys.accepted("data-keys"));
        let db = Db::new(database.runtime(), 5, Arc::clone(&clock) as Arc<dyn Clock>, ids);
        let state = AppState {
            signing: SigningKeys::load(&db, &vault).await.unwrap(),
            db,
            owner: Owner(database.owner.clone()),
            config: Arc::new(config),
            vault,
            keys,
            files: Arc::new(LocalFileSystem::new_with_prefix(folder.path().join("files")).unwrap()),
            hosts: HostCache::default(),
            outbound: Outbound::new(Allowed::parse("127.0.0.1").unwrap()).unwrap(),
            // Nobody answers there.
            dns: Dns::new(Some("127.0.0.1:1".parse().unwrap())),
            limits: Arc::new(RateLimits::new(Rates::OFF)),
            schedules: server::housekeeping::SCHEDULES,
        };
        Self { state, clock, folder, database }
    }
}

/// Monday, nine o'clock.
pub fn start_of_time() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with_smtp(None).await
    }

    /// With a mail server instead of the catcher.
    pub async fn with_smtp(smtp: Option<channels::mail::smtp::SmtpConfig>) -> Self {
        Self::set_up(smtp, |_| {}).await
    }

    /// Set up otherwise than usual: limits, trusted proxies.
    pub async fn with(change: impl FnOnce(&mut AppState)) -> Self {
        Self::set_up(None, change).await
    }

    async fn set_up(smtp: Option<channels::mail::smtp::SmtpConfig>, change: impl FnOnce(&mut AppState)) -> Self {
        let Ground { mut state, clock, folder, database } = Ground::seeded(42).await;
        change(&mut state);
        let mailer = compose::mailer(&state.config, smtp).unwrap();
        let world = World::create(&state, &database).await;
        let service = compose::service(&state, pages::router());
        Self { state, clock, world, mailer, leaves_work: AtomicBool::new(false), service, folder, database }
    }

    /// Moves the clock.
    pub fn advance(&self, step: TimeDelta) {
        self.clock.advance(step);
    }

    /// Dispatches and runs everything that is due, to the end; how many jobs ran.
    pub async fn run_jobs(&self) -> usize {
        compose::registry(&self.state, &self.mailer).drain(&self.state.db, "test").await.expect("jobs")
    }

    /// Says that the test leaves jobs or events that cannot be run.
    pub fn expect_pending(&self) {
        self.leaves_work.store(true, Ordering::Relaxed);
    }

    fn client(&self, slug: &str, token: Option<String>, forbidden: &'static str) -> Client {
        let host = format!("{slug}.localhost");
        Client { service: self.service.clone(), host, token, key: None, forbidden, peer: None }
    }

    /// Nobody, at the host of organization A.
    pub fn anonymous(&self) -> Client {
        self.client("acme", None, CANARY_B)
    }

    /// Somebody of organization A, by role key; `agent2` and `customer2` are second ones.
    pub fn as_(&self, who: &str) -> Client {
        self.client("acme", Some(self.world.a.token(&self.state, who)), CANARY_B)
    }

    /// Somebody of organization B.
    pub fn foreign(&self, who: &str) -> Client {
        self.client("globex", Some(self.world.b.token(&self.state, who)), CANARY_A)
    }

    pub fn admin(&self) -> Client {
        self.as_("admin")
    }

    pub fn manager(&self) -> Client {
        self.as_("manager")
    }

    pub fn agent(&self) -> Client {
        self.as_("agent")
    }

    pub fn customer(&self) -> Client {
        self.as_("customer")
    }

    /// A new API key of organization A with these scopes.
    pub async fn key(&self, scopes: &[&str]) -> Client {
        let body = serde_json::json!({"name": format!("{CANARY_A} key"), "scopes": scopes});
        let made = self.as_("owner").post("/api-keys/", body).await.created();
        self.anonymous().with_key(made["key"].as_str().unwrap())
    }

    /// What an authenticator app shows for a secret, so many steps of 30 seconds from now.
    pub fn totp(&self, secret: &serde_json::Value, steps: i64) -> String {
        totp(secret.as_str().expect("a secret"), self.state.db.now().timestamp() / 30 + steps)
    }

    pub fn foreign_admin(&self) -> Client {
        self.foreign("admin")
    }
}

/// RFC 6238, apart from the product's own.
fn totp(base32: &str, step: i64) -> String {
    let (mut bits, mut secret) = (String::new(), Vec::new());
    for letter in base32.bytes() {
        let place = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).expect("base32");
        bits += &format!("{place:05b}");
    }
    for byte in bits.as_bytes().chunks_exact(8) {
        secret.push(u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap());
    }
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = ring::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

impl Drop for TestApp {
    /// Jobs that fail, also those that the test left to run, say that something is wrong which it did not look at.
    fn drop(&mut self) {
        if std::thread::panicking() || self.leaves_work.load(Ordering::Relaxed) {
            return;
        }
        let owner = self.database.owner.clone();
        let (mut state, mailer, role) = (self.state.clone(), self.mailer.clone(), self.database.runtime());
        let dead = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                use sqlx::Connection;
                // What the test left to do is done too. The pool of the test's own runtime may be gone.
                state.db = Db::new(role, 5, Arc::clone(&state.db.clock), Arc::clone(&state.db.ids));
                compose::registry(&state, &mailer).drain(&state.db, "end").await.expect("jobs");
                state.db.close().await;
                let mut connection = sqlx::PgConnection::connect_with(&owner).await.unwrap();
                let dead: Vec<String> =
                    sqlx::query_scalar("select kind || ': ' || coalesce(last_error, '') from platform.jobs where last_error is not null and kind not like 'test.%'")
                        .fetch_all(&mut connection)
                        .await
                        .unwrap();
                dead
            })
        });
        let dead = dead.join().unwrap();
        let _ = self.folder.path();
        assert!(dead.is_empty(), "jobs failed: {dead:?}");
    }
}
