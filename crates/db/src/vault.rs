//! Secrets in the database: each organization has data keys, wrapped by a key of the installation
//! that is never in the database. A sealed secret is bound to its organization, column and row, so
//! that one copied elsewhere cannot be opened.

use std::time::Duration;

use kernel::{AppError, AppResult};
use moka::future::Cache;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

use crate::TenantTx;

/// Form of what [`Vault::seal`] gives: this byte, id of the data key, nonce, ciphertext with tag.
const FORM: u8 = 1;

/// Seals and opens secrets of organizations.
#[derive(Clone)]
pub struct Vault {
    wrapping: [u8; 32],
    /// Data keys in the clear, by their id.
    known: Cache<Uuid, [u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// `wrapping` is the installation's key for data keys.
    pub fn new(wrapping: [u8; 32]) -> Self {
        let known = Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(600)).build();
        Self { wrapping, known }
    }

    /// The sealed form of `secret` for one column (`table.column`) of one row.
    pub async fn seal(&self, tx: &mut TenantTx, column: &str, row: Uuid, secret: &[u8]) -> AppResult<Vec<u8>> {
        let (id, key) = self.current(tx).await?;
        let place = place(tx, column, row);
        let mut sealed = [&[FORM][..], id.as_bytes()].concat();
        sealed.extend(encrypt(&key, tx.secret(), place.as_bytes(), secret)?);
        Ok(sealed)
    }

    /// What [`Vault::seal`] was given for the same organization, column and row.
    pub async fn open(&self, tx: &mut TenantTx, column: &str, row: Uuid, sealed: &[u8]) -> AppResult<Vec<u8>> {
        let place = place(tx, column, row);
        let (Some((&[FORM], rest)), true) = (sealed.split_first_chunk::<1>(), sealed.len() > 17) else {
            return Err(AppError::internal(format!("{place} is not a sealed secret")));
        };
        let (id, rest) = rest.split_at(16);
        let id = Uuid::from_slice(id).map_err(|error| AppError::Internal(error.into()))?;
        let key = match self.known.get(&id).await {
            Some(key) => key,
            None => self.load(tx, id).await?,
        };
        decrypt(&key, place.as_bytes(), rest)
    }

    /// The data key in use; made when there is none yet.
    async fn current(&self, tx: &mut TenantTx) -> AppResult<(Uuid, [u8; 32])> {
        let organization = tx.organization();
        let newest = sqlx::query_scalar!(
            "select id from data_keys where organization_id = $1 and retired_at is null order by created_at desc, id desc limit 1",
            organization as _
        )
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(id) = newest {
            let key = match self.known.get(&id).await {
                Some(key) => key,
                None => self.load(tx, id).await?,
            };
            return Ok((id, key));
        }
        self.make(tx).await
    }

    async fn make(&self, tx: &mut TenantTx) -> AppResult<(Uuid, [u8; 32])> {
        let (organization, now) = (tx.organization(), tx.now());
        let (id, key): (Uuid, [u8; 32]) = (tx.id(), tx.secret());
        let place = place(tx, "data_keys.wrapped", id);
        let wrapped = encrypt(&self.wrapping, tx.secret(), place.as_bytes(), &key)?;
        sqlx::query!(
            "insert into data_keys (organization_id, id, wrapped, created_at) values ($1, $2, $3, $4)",
            organization as _,
            id,
            wrapped,
            now
        )
        .execute(&mut **tx)
        .await?;
        // Not remembered: the transaction may still be rolled back.
        Ok((id, key))
    }

    async fn load(&self, tx: &mut TenantTx, id: Uuid) -> AppResult<[u8; 32]> {
        let organization = tx.organization();
        let wrapped = sqlx::query_scalar!(
            "select wrapped from data_keys where organization_id = $1 and id = $2",
            organization as _,
            id
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| AppError::internal(format!("data key {id} is gone")))?;
        let place = place(tx, "data_keys.wrapped", id);
        let key = decrypt(&self.wrapping, place.as_bytes(), &wrapped)?;
        let key = key.try_into().map_err(|_| AppError::internal(format!("data key {id} has another length")))?;
        self.known.insert(id, key).await;
        Ok(key)
    }
}

fn place(tx: &TenantTx, column: &str, row: Uuid) -> String {
    format!("{}/{column}/{row}", tx.organization().0)
}

fn cipher(key: &[u8; 32]) -> AppResult<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| AppError::internal("a key of another length"))?;
    Ok(LessSafeKey::new(key))
}

fn encrypt(key: &[u8; 32], nonce: [u8; NONCE_LEN], place: &[u8], plain: &[u8]) -> AppResult<Vec<u8>> {
    let mut data = plain.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut data)
        .map_err(|_| AppError::internal("a secret could not be sealed"))?;
    Ok([&nonce[..], &data].concat())
}

fn decrypt(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> AppResult<Vec<u8>> {
    let bad = || AppError::internal("a secret cannot be opened: it was changed, moved, or SECRET_KEY is another one");
    let (nonce, data) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(bad)?;
    let mut data = data.to_vec();
    let plain = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut data)
        .map_err(|_| bad())?;
    Ok(plain.to_vec())
}
