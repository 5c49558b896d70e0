//! Checkpoints: signed ends of the chain, kept among the files. They tell when the end of the log
//! was cut off, or everything behind some row was written anew.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use db::audit_chain::{self, Head};
use futures_util::TryStreamExt;
use kernel::{AppError, AppResult, OrganizationId, id};
use object_store::{Error as StoreError, ObjectStoreExt, PutMode, path::Path};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::AppState;

/// The form of [`Checkpoint::message`].
const VERSION: u8 = 1;

/// The chain of an organization ended so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditCheckpoint)]
pub struct Checkpoint {
    /// 1.
    pub version: u8,
    /// `org_…`
    pub organization: OrganizationId,
    /// Number of the last row.
    pub seq: i64,
    /// Its SHA-256, in hexadecimal digits.
    pub hash: String,
    /// When this was signed.
    pub at: DateTime<Utc>,
    /// Public key, Ed25519, in base64.
    pub public_key: String,
    /// Of the lines `helpdesk audit checkpoint 1`, organization, seq, hash and at, each with a line
    /// feed; `at` in UTC with six digits after the second and `Z`. In base64.
    pub signature: String,
}

impl Checkpoint {
    fn message(&self) -> String {
        let Self { version, organization, seq, hash, at, .. } = self;
        let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("helpdesk audit checkpoint {version}\n{organization}\n{seq}\n{hash}\n{at}\n")
    }
}

/// Signs, and knows its own signatures.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// With the key of this installation.
    pub async fn load(state: &AppState) -> AppResult<Self> {
        Self::new(&audit_chain::checkpoint_key(&state.db, &state.vault).await?)
    }

    fn new(seed: &[u8; 32]) -> AppResult<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(Self).map_err(|_| AppError::internal("the key of the audit checkpoints cannot be used"))
    }

    /// In base64.
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.0.public_key())
    }

    fn sign(&self, organization: OrganizationId, head: Head, at: DateTime<Utc>) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            version: VERSION,
            organization,
            seq: head.seq,
            hash: hex(&head.hash),
            at,
            public_key: self.public_key(),
            signature: String::new(),
        };
        checkpoint.signature = STANDARD.encode(self.0.sign(checkpoint.message().as_bytes()));
        checkpoint
    }

    /// Whether this installation signed it. The key that it names itself proves nothing.
    pub fn signed(&self, checkpoint: &Checkpoint) -> bool {
        let Ok(signature) = STANDARD.decode(&checkpoint.signature) else { return false };
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref());
        checkpoint.version == VERSION && key.verify(checkpoint.message().as_bytes(), &signature).is_ok()
    }
}

/// In hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn folder(organization: OrganizationId) -> Path {
    Path::from(format!("audit/{}", id::encode(organization.0)))
}

/// Names are of one length, so that their order is that of the numbers.
fn place(organization: OrganizationId, seq: i64) -> Path {
    Path::from(format!("audit/{}/{seq:019}.json", id::encode(organization.0)))
}

fn failed(error: StoreError) -> AppError {
    AppError::Internal(error.into())
}

/// Signs the end of the chain, unless it is signed already. An earlier checkpoint is never replaced.
pub async fn write(state: &AppState, organization: OrganizationId, head: Head) -> AppResult<()> {
    let checkpoint = Signer::load(state).await?.sign(organization, head, state.db.now());
    let json = serde_json::to_vec(&checkpoint).map_err(|error| AppError::Internal(error.into()))?;
    match state.files.put_opts(&place(organization, head.seq), json.into(), PutMode::Create.into()).await {
        Ok(_) => Ok(()),
        Err(StoreError::AlreadyExists { .. }) => {
            let known = read(state, organization, head.seq).await?;
            if known.is_none_or(|known| known.hash != checkpoint.hash) {
                tracing::error!(%organization, seq = head.seq, "the audit log differs from its checkpoint: run `helpdesk audit verify`");
            }
            Ok(())
        }
        Err(error) => Err(failed(error)),
    }
}

/// The numbers of the rows that have a checkpoint, lowest first.
pub async fn list(state: &AppState, organization: OrganizationId) -> AppResult<Vec<i64>> {
    let objects = state.files.list(Some(&folder(organization)));
    let seqs = objects.try_filter_map(async |object| {
        Ok(object.location.filename().and_then(|name| name.strip_suffix(".json")?.parse::<i64>().ok()))
    });
    let mut seqs: Vec<i64> = seqs.try_collect().await.map_err(failed)?;
    seqs.sort_unstable();
    Ok(seqs)
}

/// The checkpoint of a row; none when it is gone or is no checkpoint.
pub async fn read(state: &AppState, organization: OrganizationId, seq: i64) -> AppResult<Option<Checkpoint>> {
    let object = match state.files.get(&place(organization, seq)).await {
        Ok(object) => object.bytes().await.map_err(failed)?,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let checkpoint: Option<Checkpoint> = serde_json::from_slice(&object).ok();
    Ok(checkpoint.filter(|checkpoint| checkpoint.organization == organization && checkpoint.seq == seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_signature_counts() {
        let (ours, other) = (Signer::new(&[1; 32]).unwrap(), Signer::new(&[2; 32]).unwrap());
        let organization = OrganizationId(uuid::Uuid::from_u128(1));
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let checkpoint = ours.sign(organization, Head { seq: 7, hash: [3; 32] }, at);
        assert!(ours.signed(&checkpoint));
        let json = serde_json::to_string(&checkpoint).unwrap();
        assert!(ours.signed(&serde_json::from_str(&json).unwrap()));
        assert!(!other.signed(&checkpoint));
        assert!(!ours.signed(&other.sign(organization, Head { seq: 7, hash: [3; 32] }, at)));
        for changed in [
            Checkpoint { seq: 6, ..checkpoint.clone() },
            Checkpoint { hash: hex(&[4; 32]), ..checkpoint.clone() },
            Checkpoint { version: 2, ..checkpoint.clone() },
            Checkpoint { signature: "nonsense".to_owned(), ..checkpoint.clone() },
            Checkpoint { at: at + chrono::TimeDelta::seconds(1), ..checkpoint.clone() },
        ] {
            assert!(!ours.signed(&changed), "{changed:?}");
        }
    }
}
