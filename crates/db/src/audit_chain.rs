//! The hash chain over the audit log: who alters, removes or reorders what was chained has to
//! alter everything after it too, and the checkpoints outside the database still tell.
//!
//! Entries are written unchained, since a chain inside the transactions of their causes would make
//! them wait for each other. They are chained within a second by one job for each organization.
//! Whoever chains numbers the rows from 1; the primary key of `audit_chain` decides when two do it
//! at once. Tables: `audit_chain`, `audit_unchained`; reads `audit_log`.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult, OrganizationId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Db, Mode, OnConstraint, PlatformTx, TenantTx, Vault};

/// Chains what waits in one organization; queued by [`queue`].
pub const JOB: &str = "audit.chain";

/// The form of [`Link::hash_of`] that new rows get.
pub const VERSION: i16 = 1;

/// Entries that are chained in one transaction.
const BATCH: i64 = 500;

/// A chain that gave up is tried again after so long.
const PAUSE: TimeDelta = TimeDelta::hours(1);

/// What the first row of a chain follows.
pub const NOTHING: [u8; 32] = [0; 32];

/// One row of the audit log, as it is hashed.
#[expect(missing_docs, reason = "the columns of audit_log by their own names")]
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub action: String,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub impersonator_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
    pub entity_kind: String,
    pub entity_id: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// The place of an entry in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Whose chain.
    pub organization: OrganizationId,
    /// From 1, without gaps.
    pub seq: i64,
    /// Hash of the row before; [`NOTHING`] for the first.
    pub previous: [u8; 32],
    /// When it was chained.
    pub chained_at: DateTime<Utc>,
}

impl Link {
    /// The hash of `entry` at this place, in form 1: SHA-256 over the text `helpdesk audit 1`, the
    /// hash of the row before (32 bytes), `seq` (8), `chained_at` (8), the organization (16), and
    /// the columns of the entry in the order of [`Entry`], each behind its length in 4 bytes. Numbers
    /// are big-endian, times are microseconds since 1970, ids are their 16 bytes, an absent value
    /// has the length 0xffffffff, and JSON is [`canonical`].
    pub fn hash_of(&self, entry: &Entry) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"helpdesk audit 1");
        hash.update(self.previous);
        hash.update(self.seq.to_be_bytes());
        hash.update(self.chained_at.timestamp_micros().to_be_bytes());
        hash.update(self.organization.0.as_bytes());
        let mut field = |bytes: Option<&[u8]>| {
            let length = bytes.map_or(u32::MAX, |bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX - 1));
            hash.update(length.to_be_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        let id = |id: &'_ Option<Uuid>| id.map(Uuid::into_bytes);
        let json = |value: &Option<Value>| value.as_ref().map(canonical);
        field(Some(entry.id.as_bytes()));
        field(Some(&entry.occurred_at.timestamp_micros().to_be_bytes()));
        field(Some(entry.action.as_bytes()));
        field(Some(entry.actor_kind.as_bytes()));
        field(id(&entry.actor_id).as_ref().map(|id| &id[..]));
        field(Some(entry.actor_name.as_bytes()));
        field(id(&entry.impersonator_id).as_ref().map(|id| &id[..]));
        field(id(&entry.session_id).as_ref().map(|id| &id[..]));
        field(entry.ip.as_deref().map(str::as_bytes));
        field(entry.user_agent.as_deref().map(str::as_bytes));
        field(entry.request_id.as_deref().map(str::as_bytes));
        field(Some(entry.entity_kind.as_bytes()));
        field(id(&entry.entity_id).as_ref().map(|id| &id[..]));
        field(json(&entry.before).as_deref().map(str::as_bytes));
        field(json(&entry.after).as_deref().map(str::as_bytes));
        hash.finalize().into()
    }
}

/// JSON in one form: without spaces, the fields of objects in the order of the bytes of their names.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_bytes());
            let fields =
                fields.iter().map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// The last row of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The end of the organization's chain; none before its first row.
pub async fn head(tx: &mut TenantTx) -> AppResult<Option<Head>> {
    let organization = tx.organization();
    let row = sqlx::query!(
        "select seq, hash from audit_chain where organization_id = $1 order by seq desc limit 1",
        organization as _
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(Head { seq: row.seq, hash: digest(&row.hash)? })).transpose()
}

/// A stored hash; the table holds none of another length.
pub fn digest(bytes: &[u8]) -> AppResult<[u8; 32]> {
    bytes.try_into().map_err(|_| AppError::internal("a hash of another length"))
}

/// Chains the oldest entries that wait; the head before and after, or none when nothing waited.
pub async fn chain_batch(db: &Db, organization: OrganizationId) -> AppResult<Option<(Option<Head>, Head)>> {
    let mut tx = TenantTx::system(db, organization, Mode::Write).await?;
    let taken = take(&mut tx).await?;
    if taken.is_empty() {
        return Ok(None);
    }
    let entries = unchained(&mut tx, &taken).await?;
    if entries.len() < taken.len() {
        let gone = taken.len() - entries.len();
        tracing::error!(%organization, gone, "audit entries that waited to be chained are gone, or were chained before");
    }
    // After the entries were taken: another chainer that held them has committed by now.
    let before = head(&mut tx).await?;
    let now = tx.now();
    let mut last = before.unwrap_or(Head { seq: 0, hash: NOTHING });
    let (mut ids, mut seqs, mut previous, mut hashes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for entry in &entries {
        let link = Link { organization, seq: last.seq + 1, previous: last.hash, chained_at: now };
        last = Head { seq: link.seq, hash: link.hash_of(entry) };
        ids.push(entry.id);
        seqs.push(last.seq);
        previous.push(link.previous.to_vec());
        hashes.push(last.hash.to_vec());
    }
    sqlx::query!(
        "insert into audit_chain (organization_id, seq, entry_id, version, previous, hash, chained_at)
         select $1, r.seq, r.entry_id, $2, r.previous, r.hash, $3
           from unnest($4::bigint[], $5::uuid[], $6::bytea[], $7::bytea[]) r (seq, entry_id, previous, hash)",
        organization as _,
        VERSION,
        now,
        &seqs,
        &ids,
        &previous,
        &hashes,
    )
    .execute(&mut *tx)
    .await
    .on_constraint("audit_chain_pkey", || AppError::conflict("Somebody else chained at the same moment."))?;
    tx.commit().await?;
    Ok(Some((before, last)))
}

/// Takes the oldest entries that wait, until the transaction ends.
async fn take(tx: &mut TenantTx) -> AppResult<Vec<Uuid>> {
    let organization = tx.organization();
    Ok(sqlx::query_scalar!(
        "delete from audit_unchained where organization_id = $1 and entry_id in (
           select entry_id from audit_unchained where organization_id = $1 order by entry_id limit $2 for update)
         returning entry_id",
        organization as _,
        BATCH
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Those of the entries that are in the log and not in the chain, oldest first.
async fn unchained(tx: &mut TenantTx, ids: &[Uuid]) -> AppResult<Vec<Entry>> {
    let organization = tx.organization();
    Ok(sqlx::query_as!(
        Entry,
        r#"select l.id as "id: _", l.occurred_at, l.action, l.actor_kind, l.actor_id, l.actor_name, l.impersonator_id,
                  l.session_id as "session_id: _", l.ip, l.user_agent, l.request_id, l.entity_kind, l.entity_id, l.before, l.after
             from audit_log l
            where l.organization_id = $1 and l.id = any($2)
              and not exists (select from audit_chain c where c.organization_id = $1 and c.entry_id = l.id)
            order by l.id"#,
        organization as _,
        ids
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Queues [`JOB`] for each organization with entries that wait, unless it is queued or running; for
/// how many. It goes before other jobs.
pub(crate) async fn queue(db: &Db) -> AppResult<usize> {
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let waiting = sqlx::query_scalar!(r#"select platform.audit_waiting() as "id!""#).fetch_all(&mut *tx).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = waiting.iter().map(|_| db.ids.id()).collect();
    let keys: Vec<String> = waiting.iter().map(|organization| format!("{JOB}:{organization}")).collect();
    let queued = sqlx::query!(
        "insert into platform.jobs as j (id, organization_id, kind, payload, priority, run_at, dedupe_key, created_at)
         select r.id, r.organization_id, $4, '{}', 1, $5, r.dedupe_key, $5
           from unnest($1::uuid[], $2::uuid[], $3::text[]) r (id, organization_id, dedupe_key)
         on conflict (dedupe_key) do update set state = 'ready', attempts = 0, run_at = $5, died_at = null
          where j.state = 'dead' and j.died_at < $6",
        &ids,
        &waiting,
        &keys,
        JOB,
        now,
        now - PAUSE
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(usize::try_from(queued).unwrap_or(usize::MAX))
}

/// The name under which the key of the checkpoints is wrapped.
const KEY_NAME: &str = "audit_key.wrapped";

/// The seed of the key that signs checkpoints; made when it is asked for the first time. It stays
/// the same when `SECRET_KEY` is replaced.
pub async fn checkpoint_key(db: &Db, vault: &Vault) -> AppResult<[u8; 32]> {
    if let Some(wrapped) = stored_key(db).await? {
        return vault.unwrap(KEY_NAME, &wrapped);
    }
    let wrapped = vault.wrap(KEY_NAME, db.ids.secret(), &db.ids.secret())?;
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!(
        "insert into platform.audit_key (is_the_one, wrapped, created_at) values (true, $1, $2) on conflict do nothing",
        wrapped,
        db.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    // Another node may have been faster.
    let wrapped = stored_key(db).await?.ok_or_else(|| AppError::internal("the key of the checkpoints is gone"))?;
    vault.unwrap(KEY_NAME, &wrapped)
}

/// Wraps that key by the present key of the installation; how many there are.
pub async fn wrap_again(db: &Db, vault: &Vault) -> AppResult<usize> {
    let Some(wrapped) = stored_key(db).await? else { return Ok(0) };
    let wrapped = vault.wrap(KEY_NAME, db.ids.secret(), &vault.unwrap(KEY_NAME, &wrapped)?)?;
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    sqlx::query!("update platform.audit_key set wrapped = $1 where is_the_one", wrapped).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(1)
}

async fn stored_key(db: &Db) -> AppResult<Option<Vec<u8>>> {
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    Ok(sqlx::query_scalar!("select wrapped from platform.audit_key where is_the_one").fetch_optional(&mut *tx).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Entry {
        Entry {
            id: Uuid::from_u128(7),
            occurred_at: DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap(),
            action: "ticket.updated".to_owned(),
            actor_kind: "user".to_owned(),
            actor_id: Some(Uuid::from_u128(8)),
            actor_name: "Ada".to_owned(),
            impersonator_id: None,
            session_id: Some(Uuid::from_u128(9)),
            ip: Some("127.0.0.1".to_owned()),
            user_agent: None,
            request_id: Some("r1".to_owned()),
            entity_kind: "ticket".to_owned(),
            entity_id: Some(Uuid::from_u128(10)),
            before: Some(json!({"priority": "low", "a": [1, null]})),
            after: Some(json!({"priority": "high"})),
        }
    }

    fn link() -> Link {
        let chained_at = DateTime::from_timestamp_micros(1_790_000_001_000_000).unwrap();
        Link { organization: OrganizationId(Uuid::from_u128(1)), seq: 1, previous: NOTHING, chained_at }
    }

    fn hex(hash: [u8; 32]) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Chains are checked years later: the form of version 1 never changes.
    #[test]
    fn the_first_form_stays() {
        assert_eq!(hex(link().hash_of(&entry())), "89d7a478b2337b54e909aaddebd25a7f644af8f344fa026bd25455ec75fa6a91");
    }

    #[test]
    fn every_field_counts() {
        let changes: [fn(&mut Entry); 16] = [
            |e| e.id = Uuid::from_u128(70),
            |e| e.occurred_at += TimeDelta::microseconds(1),
            |e| e.action.push('x'),
            |e| e.actor_kind = "customer".to_owned(),
            |e| e.actor_id = None,
            |e| e.actor_name.clear(),
            |e| e.impersonator_id = Some(Uuid::nil()),
            |e| e.session_id = None,
            |e| e.ip = None,
            |e| e.user_agent = Some(String::new()),
            |e| e.request_id = None,
            |e| e.entity_kind.push('s'),
            |e| e.entity_id = None,
            |e| e.before = Some(json!({"priority": "low", "a": [null, 1]})),
            |e| e.before = Some(Value::Null),
            |e| e.after = None,
        ];
        let (link, whole) = (link(), link().hash_of(&entry()));
        for (n, change) in changes.iter().enumerate() {
            let mut changed = entry();
            change(&mut changed);
            assert_ne!(link.hash_of(&changed), whole, "{n}");
        }
        for other in [
            Link { organization: OrganizationId(Uuid::nil()), ..link },
            Link { seq: 2, ..link },
            Link { previous: [1; 32], ..link },
            Link { chained_at: link.chained_at + TimeDelta::microseconds(1), ..link },
        ] {
            assert_ne!(other.hash_of(&entry()), whole, "{other:?}");
        }
    }

    #[test]
    fn neighbours_cannot_lend_each_other_characters() {
        let (mut a, mut b) = (entry(), entry());
        (a.ip, a.user_agent) = (Some("ab".to_owned()), Some("c".to_owned()));
        (b.ip, b.user_agent) = (Some("a".to_owned()), Some("bc".to_owned()));
        assert_ne!(link().hash_of(&a), link().hash_of(&b));
    }

    #[test]
    fn json_has_one_form() {
        let text = r#"{"b": 1.50, "a": {"z": "é\n", "é": [true, null, 12345678901]}}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(canonical(&value), "{\"a\":{\"z\":\"é\\n\",\"é\":[true,null,12345678901]},\"b\":1.5}");
    }
}
