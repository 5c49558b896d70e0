//! `Idempotency-Key`: a POST that is sent again gets the answer of the first time instead of a
//! second effect. The answer is written in the transaction of its effect, so that either both
//! exist or neither; whatever failed left nothing and may be tried again under the same key.
//!
//! A key belongs to one person and one operation for a day. Requests with the same key of the same
//! person run one at a time: whoever comes second meanwhile is refused at once.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::{Body, HttpBody, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use chrono::TimeDelta;
use db::{TenantTx, Vault, vault::Sealed};
use kernel::{AppError, AppResult};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::RouteMeta;

/// The request header.
pub const HEADER: &str = "idempotency-key";
/// Set on answers that were given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// Bytes of a body that is kept.
const MAX_BODY: usize = 64 * 1024;
/// Headers that belong to the answer itself.
const HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
/// Where answers are sealed.
pub const SEALED: Sealed = Sealed { table: "idempotency_keys", id: "id", column: "body" };
const COLUMN: &str = "idempotency_keys.body";

/// SHA-256 of the body, left in the request by whoever read it.
#[derive(Debug, Clone, Copy)]
struct BodyHash([u8; 32]);

/// Remembers what the body was, when the request has a key.
pub(crate) fn note_body(parts: &mut Parts, bytes: &[u8]) {
    if parts.headers.contains_key(HEADER) {
        parts.extensions.insert(BodyHash(Sha256::digest(bytes).into()));
    }
}

/// Where the transaction that holds the key is waited for. One that fails is rolled back when it is
/// dropped, which takes a moment; whoever was answered may use the key again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<Option<oneshot::Receiver<()>>>>);

impl Turn {
    /// For requests with a key.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.contains_key(HEADER).then(Self::default)
    }

    fn set(&self, ended: oneshot::Receiver<()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
    }

    /// Waits until the key is free.
    pub(crate) async fn over(&self) {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended {
            let _ = ended.await;
        }
    }
}

/// A request with a key.
#[derive(Debug, Clone)]
pub(crate) struct Keyed {
    key: String,
    operation: &'static str,
    person: Uuid,
    /// SHA-256 of path and body.
    fingerprint: [u8; 32],
    turn: Turn,
}

/// What is known of a key whose lock is held.
pub(crate) enum Known {
    /// Nothing: do it.
    New,
    /// It was done.
    Done(Response),
}

/// The key of the request, on operations that take one; 422 when it cannot be one.
pub(crate) fn keyed(parts: &Parts, person: Option<Uuid>) -> AppResult<Option<Keyed>> {
    let Some(meta) = parts.extensions.get::<RouteMeta>().filter(|meta| meta.takes_key) else { return Ok(None) };
    let mut values = parts.headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let invalid = |sentence: &str| AppError::invalid("Idempotency-Key", "invalid", sentence);
    if values.next().is_some() {
        return Err(invalid("Send one key only."));
    }
    let key = value.as_bytes();
    if !(1..=255).contains(&key.len()) || !key.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(invalid("A key has 1 to 255 ASCII characters."));
    }
    let person = person.ok_or_else(|| AppError::internal("a request with a key and without a person"))?;
    let body = parts.extensions.get::<BodyHash>().map_or_else(|| Sha256::digest([]).into(), |hash| hash.0);
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    Ok(Some(Keyed {
        key: String::from_utf8_lossy(key).into_owned(),
        operation: meta.operation,
        person,
        turn: parts.extensions.get::<Turn>().cloned().unwrap_or_default(),
        fingerprint: Sha256::new().chain_update(body).chain_update(path).finalize().into(),
    }))
}

impl Keyed {
    /// Takes the key until the transaction ends and looks whether it was used. 409 while another
    /// request has it, 422 when it was used for something else.
    pub(crate) async fn take(&self, tx: &mut TenantTx, vault: &Vault) -> AppResult<Known> {
        self.turn.set(tx.ended());
        let organization = tx.organization();
        let lock = format!("idempotency {} {} {}", organization.0, self.person, self.key);
        let is_free =
            sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "is_free!""#, lock)
                .fetch_one(&mut **tx)
                .await?;
        if !is_free {
            return Err(AppError::conflict(
                "A request with this Idempotency-Key is running; ask again for its answer.",
            ));
        }
        // A statement of its own: it sees what was committed by the one who had the lock.
        let since = tx.now() - KEPT;
        let row = sqlx::query!(
            r#"select id, fingerprint, status, headers as "headers: Json<Vec<(String, String)>>", body from idempotency_keys
                where organization_id = $1 and person_id = $2 and operation = $3 and key = $4 and created_at > $5"#,
            organization as _,
            self.person,
            self.operation,
            self.key,
            since
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(row) = row else { return Ok(Known::New) };
        if row.fingerprint != self.fingerprint {
            return Err(AppError::IdempotencyKeyReused);
        }
        let Some(sealed) = row.body else {
            return Err(AppError::conflict(
                "This was done under this Idempotency-Key already; its answer was too long to be kept.",
            ));
        };
        let body = vault.open(tx, COLUMN, row.id, &sealed).await?;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default();
        for (name, value) in row.headers.0 {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(Known::Done(response))
    }

    /// Writes the answer into the transaction of its effect, and gives it back.
    pub(crate) async fn keep(&self, tx: &mut TenantTx, vault: &Vault, response: Response) -> AppResult<Response> {
        let (parts, body) = response.into_parts();
        let (body, kept) = match body.size_hint().upper() {
            Some(size) if size <= MAX_BODY as u64 => {
                let bytes = to_bytes(body, MAX_BODY).await.map_err(|error| AppError::Internal(error.into()))?;
                (Body::from(bytes.clone()), Some(bytes))
            }
            _ => (body, None),
        };
        let (organization, now, id) = (tx.organization(), tx.now(), tx.id::<Uuid>());
        let sealed = match &kept {
            Some(bytes) => Some(vault.seal(tx, COLUMN, id, bytes).await?),
            None => None,
        };
        let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
        let headers: Vec<(String, String)> = HEADERS.iter().filter_map(text).collect();
        sqlx::query!(
            "insert into idempotency_keys
               (organization_id, person_id, operation, key, id, fingerprint, status, headers, body, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (organization_id, person_id, operation, key) do update
               set id = excluded.id, fingerprint = excluded.fingerprint, status = excluded.status,
                   headers = excluded.headers, body = excluded.body, created_at = excluded.created_at",
            organization as _,
            self.person,
            self.operation,
            self.key,
            id,
            &self.fingerprint,
            i32::from(parts.status.as_u16()),
            Json(headers) as _,
            sealed,
            now
        )
        .execute(&mut **tx)
        .await?;
        Ok(Response::from_parts(parts, body))
    }
}

/// Forgets the answers of the open organization that are too old to be given again.
pub async fn prune(tx: &mut TenantTx) -> AppResult<()> {
    let (organization, before) = (tx.organization(), tx.now() - KEPT);
    sqlx::query!(
        "delete from idempotency_keys where organization_id = $1 and created_at <= $2",
        organization as _,
        before
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
