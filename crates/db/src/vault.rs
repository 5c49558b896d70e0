//! Secrets in the database: each organization has data keys, wrapped by a key of the installation
//! that is never in the database. A sealed secret is bound to its organization, column and row, so
//! that one copied elsewhere cannot be opened.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use kernel::{AppError, AppResult};
use moka::future::Cache;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{Db, Mode, Tenant, TenantTx};

/// Form of what [`Vault::seal`] gives: this byte, id of the data key, nonce, ciphertext with tag.
const FORM: u8 = 1;

/// Seals and opens secrets of organizations.
#[derive(Clone)]
pub struct Vault {
    wrapping: [u8; 32],
    accepted: Arc<[[u8; 32]]>,
    /// Data keys in the clear, by their id.
    known: Cache<Uuid, [u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// `wrapping` is the installation's key for data keys; what was wrapped by one of `accepted`
    /// can be opened too.
    pub fn new(wrapping: [u8; 32], accepted: Vec<[u8; 32]>) -> Self {
        let known = Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(600)).build();
        Self { wrapping, accepted: accepted.into(), known }
    }

    /// The sealed form of `secret` for one column (`table.column`) of one row.
    pub async fn seal(&self, tx: &mut TenantTx, column: &str, row: Uuid, secret: &[u8]) -> AppResult<Vec<u8>> {
        let current = self.current(tx).await?;
        seal_in(tx, current, column, row, secret)
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

    /// A key of the installation itself (not of an organization) in the form in which it may be stored.
    pub fn wrap(&self, name: &str, nonce: [u8; NONCE_LEN], key: &[u8; 32]) -> AppResult<Vec<u8>> {
        encrypt(&self.wrapping, nonce, name.as_bytes(), key)
    }

    /// What [`Vault::wrap`] was given under the same name.
    pub fn unwrap(&self, name: &str, wrapped: &[u8]) -> AppResult<[u8; 32]> {
        let key = self.open_wrapped(name, wrapped)?;
        key.try_into().map_err(|_| AppError::internal(format!("{name} has another length")))
    }

    /// By the present key of the installation, else by one that is still accepted.
    fn open_wrapped(&self, place: &str, wrapped: &[u8]) -> AppResult<Vec<u8>> {
        let mut last = decrypt(&self.wrapping, place.as_bytes(), wrapped);
        for key in self.accepted.iter() {
            if last.is_ok() {
                break;
            }
            last = decrypt(key, place.as_bytes(), wrapped);
        }
        last
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
        let key = self.unwrap(&place, &wrapped)?;
        self.known.insert(id, key).await;
        Ok(key)
    }
}

/// Where sealed secrets lie: a nullable `bytea` column, and the column whose uuid was given as row.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    /// The table.
    pub table: &'static str,
    /// Its column with the row's id.
    pub id: &'static str,
    /// Its column with the secret.
    pub column: &'static str,
}

/// Rows that are sealed again in one transaction.
const BATCH: i64 = 200;

impl Vault {
    /// A new data key for an organization: every secret of `places` is sealed with it, and the keys
    /// before it are retired. Secrets can be read and written meanwhile. How many were sealed anew.
    pub async fn rotate(&self, db: &Db, tenant: Tenant, places: &[Sealed]) -> AppResult<usize> {
        let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
        let (newest, _) = self.make(&mut tx).await?;
        tx.commit().await?;
        let done = self.seal_again(db, tenant, places, newest).await?;
        let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
        let (organization, now) = (tx.organization(), tx.now());
        sqlx::query!(
            "update data_keys set retired_at = $3 where organization_id = $1 and id <> $2 and retired_at is null",
            organization as _,
            newest,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.audit("data_key.rotated", ("organization", Some(organization.0)), &(), &json!({"secrets": done}));
        tx.commit().await?;
        Ok(done)
    }

    /// Removes keys that were retired before a moment, after sealing again what was still written
    /// with them by a transaction that had begun earlier.
    pub async fn sweep(&self, db: &Db, tenant: Tenant, places: &[Sealed], before: DateTime<Utc>) -> AppResult<()> {
        let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
        let organization = tx.organization();
        let old = sqlx::query_scalar!(
            "select id from data_keys where organization_id = $1 and retired_at < $2",
            organization as _,
            before
        )
        .fetch_all(&mut *tx)
        .await?;
        if old.is_empty() {
            return Ok(());
        }
        let (newest, _) = self.current(&mut tx).await?;
        tx.commit().await?;
        self.seal_again(db, tenant, places, newest).await?;
        let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
        sqlx::query!("delete from data_keys where organization_id = $1 and id = any ($2)", organization as _, &old)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Wraps an organization's data keys by the present key of the installation.
    pub async fn wrap_again(&self, db: &Db, tenant: Tenant) -> AppResult<usize> {
        let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
        let organization = tx.organization();
        let keys = sqlx::query!(
            "select id, wrapped from data_keys where organization_id = $1 order by id for update",
            organization as _
        )
        .fetch_all(&mut *tx)
        .await?;
        for key in &keys {
            let place = place(&tx, "data_keys.wrapped", key.id);
            let wrapped = encrypt(&self.wrapping, tx.secret(), place.as_bytes(), &self.unwrap(&place, &key.wrapped)?)?;
            sqlx::query!(
                "update data_keys set wrapped = $3 where organization_id = $1 and id = $2",
                organization as _,
                key.id,
                wrapped
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(keys.len())
    }

    /// Seals with the key `newest` what is sealed with another.
    async fn seal_again(&self, db: &Db, tenant: Tenant, places: &[Sealed], newest: Uuid) -> AppResult<usize> {
        let mut done = 0;
        for Sealed { table, id, column } in places {
            let (name, prefix) = (format!("{table}.{column}"), [&[FORM][..], newest.as_bytes()].concat());
            loop {
                let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
                let organization = tx.organization();
                let select = format!(
                    "select {id}, {column} from {table} where organization_id = $1 and {column} is not null
                        and substring({column} from 1 for 17) <> $2 limit $3 for update"
                );
                let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(AssertSqlSafe(select))
                    .bind(organization.0)
                    .bind(&prefix)
                    .bind(BATCH)
                    .fetch_all(&mut *tx)
                    .await?;
                if rows.is_empty() {
                    break;
                }
                let update = format!("update {table} set {column} = $3 where organization_id = $1 and {id} = $2");
                for (row, sealed) in &rows {
                    let secret = self.open(&mut tx, &name, *row, sealed).await?;
                    let sealed = self.seal_with(&mut tx, newest, &name, *row, &secret).await?;
                    sqlx::query(AssertSqlSafe(update.clone()))
                        .bind(organization.0)
                        .bind(row)
                        .bind(sealed)
                        .execute(&mut *tx)
                        .await?;
                }
                tx.commit().await?;
                done += rows.len();
            }
        }
        Ok(done)
    }

    async fn seal_with(
        &self,
        tx: &mut TenantTx,
        id: Uuid,
        column: &str,
        row: Uuid,
        secret: &[u8],
    ) -> AppResult<Vec<u8>> {
        let key = match self.known.get(&id).await {
            Some(key) => key,
            None => self.load(tx, id).await?,
        };
        seal_in(tx, (id, key), column, row, secret)
    }
}

fn seal_in(tx: &TenantTx, (id, key): (Uuid, [u8; 32]), column: &str, row: Uuid, secret: &[u8]) -> AppResult<Vec<u8>> {
    let mut sealed = [&[FORM][..], id.as_bytes()].concat();
    sealed.extend(encrypt(&key, tx.secret(), place(tx, column, row).as_bytes(), secret)?);
    Ok(sealed)
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
