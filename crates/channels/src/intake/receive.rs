//! Storing and recording a mail before it is understood.

use bytes::Bytes;
use db::{Mode, TenantTx, platform};
use kernel::{AppError, AppResult, InboundMailId, OrganizationId, id};
use object_store::{ObjectStoreExt, PutPayload, path::Path};
use serde_json::json;
use sha2::{Digest, Sha256};
use web::AppState;

use super::{
    PROCESS_JOB,
    store::{self, NewInbound},
};
use crate::mail::parse::{Limits, ParseFailure, ParsedMail, parse};

/// A recorded mail, to be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Whose.
    pub organization: OrganizationId,
    /// `None` when the same mail came before.
    pub mail: Option<InboundMailId>,
}

/// Stores the raw message of a mailbox and records it with a job that will process it. After this
/// returned the mail is ours and will not be lost. An address that is no mailbox is a 422 on `mailbox`.
pub async fn receive(state: &AppState, mailbox: &str, raw: Bytes) -> AppResult<Received> {
    let address = kernel::email::normalize(mailbox).unwrap_or_default();
    let found = match platform::of_mail_address(&state.db, &address).await? {
        Some(found) => Some(found),
        None => platform::of_mail_address(&state.db, &without_plus(&address)).await?,
    };
    let Some((organization, mailbox)) = found else {
        return Err(AppError::invalid(
            "mailbox",
            "unknown",
            format!("No organization receives mail at {mailbox:.100}."),
        ));
    };
    let mail: InboundMailId = state.db.ids.id();
    let key = format!("{}/mail/{}", id::encode(organization.id.0), id::encode(mail.0));
    let path = Path::from(key.as_str());
    let size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
    state.files.put(&path, PutPayload::from(raw.clone())).await.map_err(|error| AppError::Internal(error.into()))?;
    let parsed = parse_apart(raw.clone()).await;
    let fingerprint = match &parsed {
        Ok(parsed) => parsed.fingerprint.clone(),
        Err(_) => Sha256::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let parsed = parsed.ok();
    let new = NewInbound {
        id: mail,
        mailbox,
        object_key: &key,
        size,
        fingerprint: &fingerprint,
        message_id: parsed.as_ref().and_then(|parsed| parsed.message_id.as_deref()),
        sender: parsed.as_ref().map(|parsed| parsed.from.email.as_str()),
        subject: parsed.as_ref().map(|parsed| parsed.subject.as_str()),
    };
    let mut tx = match TenantTx::system(&state.db, organization.id, Mode::Write).await {
        Ok(tx) => tx,
        Err(error) => {
            // Whoever delivers it tries again, for days if need be, and each time it would lie here once more.
            let _ = state.files.delete(&path).await;
            return Err(error);
        }
    };
    let now = tx.now();
    let is_first = store::insert(&mut tx, organization.id, &new, now).await?;
    if is_first {
        tx.enqueue(PROCESS_JOB, mail.0, json!({ "mail": mail }), None);
        tx.commit().await?;
    } else {
        drop(tx);
        let _ = state.files.delete(&path).await;
    }
    Ok(Received { organization: organization.id, mail: is_first.then_some(mail) })
}

/// Parses on a thread of its own: a mail may take a second, and must not take the process with it.
pub async fn parse_apart(raw: Bytes) -> Result<ParsedMail, String> {
    let parsed = tokio::task::spawn_blocking(move || {
        parse(&raw, &Limits::default()).map_err(|why: ParseFailure| why.to_string())
    });
    parsed.await.unwrap_or_else(|_| Err("The mail cannot be read.".to_owned()))
}

/// `support+anything@x` is delivered like `support@x`.
fn without_plus(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => address.to_owned(),
    }
}
