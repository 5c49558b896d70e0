//! The keys that sign access tokens. They lie wrapped in the database, so every node has the same;
//! the newest signs, and a key that was replaced verifies until its last token has ended. So
//! rotating them signs nobody out.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    Db, Vault,
    platform::{self, StoredSigningKey},
};
use tokio::sync::Mutex;

use kernel::{AppError, AppResult, SigningKeyId};

use crate::token::{self, ACCESS_SECONDS, Audience, Claims};

/// A key that was replaced verifies for so long: longer than any token of its lives.
const OVERLAP: TimeDelta = TimeDelta::seconds(ACCESS_SECONDS + 300);
/// An unknown key id makes a node look again, at most so often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A node that signs with an older key than others learns of the newer one within this time.
const STALE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Ring {
    /// Newest first.
    keys: Vec<SigningKey>,
    read_at: Instant,
}

/// One key, ready for use.
pub(crate) struct SigningKey {
    pub(crate) id: SigningKeyId,
    pub(crate) secret: [u8; 32],
    pub(crate) ends_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// What this node knows of them.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    vault: Vault,
    ring: Arc<RwLock<Arc<Ring>>>,
    /// One look at the database at a time.
    looking: Arc<Mutex<()>>,
}

impl SigningKeys {
    /// Reads them; makes the first one when there is none.
    pub async fn load(db: &Db, vault: &Vault) -> AppResult<Self> {
        let mut ring = read(db, vault).await?;
        if ring.keys.is_empty() {
            add(db, vault).await?;
            ring = read(db, vault).await?;
        }
        Ok(Self { vault: vault.clone(), ring: Arc::new(RwLock::new(Arc::new(ring))), looking: Arc::default() })
    }

    /// A token of the newest key.
    pub fn sign(&self, claims: &Claims) -> AppResult<String> {
        let ring = self.ring();
        let newest = ring.keys.first().ok_or_else(|| AppError::internal("there is no signing key"))?;
        Ok(token::sign(newest.id, &newest.secret, claims))
    }

    /// The claims of a token that we signed for `audience` and that is good now.
    pub async fn verify(&self, db: &Db, text: &str, audience: Audience) -> Option<Claims> {
        let kid = token::key_id(text)?;
        let ring = self.ring_with(db, kid).await;
        let now = db.now();
        let key = ring.keys.iter().find(|key| key.id == kid && key.ends_at.is_none_or(|end| end > now))?;
        token::verify(key.id, &key.secret, text, audience, now)
    }

    /// Adds a key that signs from now on, and lets the others end.
    pub async fn rotate(&self, db: &Db) -> AppResult<SigningKeyId> {
        let id = add(db, &self.vault).await?;
        self.reload(db).await;
        Ok(id)
    }

    /// Wraps every key anew by the present key of the installation; how many.
    pub async fn wrap_again(&self, db: &Db) -> AppResult<usize> {
        let mut done = 0;
        for stored in platform::signing_keys(db).await? {
            let secret = self.vault.unwrap(&name(stored.id), &stored.wrapped)?;
            let wrapped = self.vault.wrap(&name(stored.id), db.ids.secret(), &secret)?;
            platform::rewrap_signing_key(db, stored.id, &wrapped).await?;
            done += 1;
        }
        Ok(done)
    }

    /// What is known; read again when it is old, or when it lacks this key.
    async fn ring_with(&self, db: &Db, kid: SigningKeyId) -> Arc<Ring> {
        let lacks = |ring: &Ring| ring.read_at.elapsed() > LOOK_AGAIN && ring.keys.iter().all(|key| key.id != kid);
        let ring = self.ring();
        if lacks(&ring) {
            let _looking = self.looking.lock().await;
            let ring = self.ring();
            return if lacks(&ring) { self.reload(db).await } else { ring };
        }
        match self.looking.try_lock() {
            Ok(_looking) if ring.read_at.elapsed() > STALE => self.reload(db).await,
            _ => ring,
        }
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known stays in use while the database is away.
    async fn reload(&self, db: &Db) -> Arc<Ring> {
        match read(db, &self.vault).await {
            Ok(ring) if !ring.keys.is_empty() => {
                let ring = Arc::new(ring);
                *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
                ring
            }
            Ok(_) => self.ring(),
            Err(error) => {
                tracing::warn!(%error, "the signing keys could not be read again");
                self.ring()
            }
        }
    }
}

/// The name under which a key is wrapped.
fn name(id: SigningKeyId) -> String {
    format!("signing_keys.wrapped/{}", id.0)
}

async fn read(db: &Db, vault: &Vault) -> AppResult<Ring> {
    let read_at = Instant::now();
    let mut keys = Vec::new();
    for StoredSigningKey { id, wrapped, ends_at } in platform::signing_keys(db).await? {
        keys.push(SigningKey { id, secret: vault.unwrap(&name(id), &wrapped)?, ends_at });
    }
    Ok(Ring { keys, read_at })
}

async fn add(db: &Db, vault: &Vault) -> AppResult<SigningKeyId> {
    let (id, secret): (SigningKeyId, [u8; 32]) = (db.ids.id(), db.ids.secret());
    let wrapped = vault.wrap(&name(id), db.ids.secret(), &secret)?;
    platform::add_signing_key(db, id, &wrapped, db.now() + OVERLAP).await?;
    Ok(id)
}
