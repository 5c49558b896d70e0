//! Checking the whole log of an organization against its chain and its checkpoints.

use std::{collections::BTreeMap, iter::Peekable};

use chrono::TimeDelta;
use db::{Mode, Tenant, TenantTx, audit_chain};
use kernel::{AppResult, AuditEntryId, OrganizationId};
use serde::Serialize;
use uuid::Uuid;
use web::AppState;

use super::{
    checkpoints::{self, Signer, hex},
    store::{self, Chained},
};

/// An entry is chained so soon, or nobody does it.
const PATIENCE: TimeDelta = TimeDelta::seconds(10);

/// Findings that are named; more are only counted.
const NAMED: usize = 1_000;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `altered`, `missing`, `gap`, `reordered`, `rewritten`, `cut`, `unchained` or `checkpoint`.
    pub kind: &'static str,
    /// Number in the chain.
    pub seq: Option<i64>,
    /// Line of the log.
    pub entry: Option<AuditEntryId>,
    /// One sentence.
    pub detail: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// Whose log.
    pub organization: OrganizationId,
    /// Rows in the chain.
    pub chained: i64,
    /// Number of the last row in the chain.
    pub last_seq: i64,
    /// Its hash, in hexadecimal digits.
    pub last_hash: String,
    /// Checkpoints that are signed by this installation.
    pub checkpoints: usize,
    /// Entries that were written just now and will be chained soon.
    pub waiting: u64,
    /// How many findings of each kind.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first thousand.
    pub findings: Vec<Finding>,
    /// Ed25519, in base64; checkpoints are signed with its other half.
    pub public_key: String,
}

impl Verification {
    /// Whether there is nothing to say.
    pub fn is_good(&self) -> bool {
        self.counts.is_empty()
    }

    fn add(&mut self, kind: &'static str, seq: Option<i64>, entry: Option<AuditEntryId>, detail: impl Into<String>) {
        *self.counts.entry(kind).or_default() += 1;
        if self.findings.len() < NAMED {
            self.findings.push(Finding { kind, seq, entry, detail: detail.into() });
        }
    }

    /// One row of the chain, behind the last one.
    fn follow(&mut self, row: &Chained, last_hash: [u8; 32]) {
        let seq = row.link.seq;
        let entry = Some(row.entry_id);
        if seq > self.last_seq + 1 {
            let (from, to) = (self.last_seq + 1, seq - 1);
            self.add("gap", Some(from), None, format!("Rows {from} to {to} of the chain are gone."));
        } else if row.link.previous != last_hash {
            self.add("reordered", Some(seq), entry, "This row does not follow the one before it.");
            return;
        }
        match &row.entry {
            None => self.add("missing", Some(seq), entry, "This line was chained and is gone."),
            Some(_) if row.version != audit_chain::VERSION => {
                self.add(
                    "altered",
                    Some(seq),
                    entry,
                    "This row has a form that this version of helpdesk does not know.",
                );
            }
            Some(known) if row.link.hash_of(known) != row.hash => {
                let detail = format!("This line ({} of {}) is not what was chained.", known.action, known.occurred_at);
                self.add("altered", Some(seq), entry, detail);
            }
            Some(_) => {}
        }
    }
}

/// Walks the chain, then the log. It changes nothing, and its memory does not grow with the log.
pub async fn verify(state: &AppState, tenant: Tenant) -> AppResult<Verification> {
    let signer = Signer::load(state).await?;
    let mut found = Verification {
        organization: tenant.id,
        chained: 0,
        last_seq: 0,
        last_hash: hex(&audit_chain::NOTHING),
        checkpoints: 0,
        waiting: 0,
        counts: BTreeMap::new(),
        findings: Vec::new(),
        public_key: signer.public_key(),
    };
    // First, so that none of them can be newer than the end that is found below.
    let signed = checkpoints::list(state, tenant.id).await?;
    let mut signed = signed.into_iter().peekable();
    let mut last_hash = audit_chain::NOTHING;
    loop {
        let mut tx = TenantTx::system(&state.db, tenant, Mode::Read).await?;
        let rows = store::chained(&mut tx, tenant.id, found.last_seq).await?;
        drop(tx);
        if rows.is_empty() {
            break;
        }
        for row in rows {
            found.follow(&row, last_hash);
            (found.last_seq, last_hash) = (row.link.seq, row.hash);
            found.chained += 1;
            compare(state, &signer, &mut found, &mut signed, last_hash).await?;
        }
    }
    found.last_hash = hex(&last_hash);
    let mut cut_at = None;
    for seq in signed {
        if trusted(state, &signer, &mut found, seq).await?.is_some() {
            cut_at = Some(seq);
        }
    }
    if let Some(seq) = cut_at {
        let end = found.last_seq;
        let detail =
            format!("The chain ends with row {end}, but row {seq} was signed: rows {} to {seq} are gone.", end + 1);
        found.add("cut", Some(end + 1), None, detail);
    }
    unchained(state, tenant, &mut found).await?;
    Ok(found)
}

/// Compares the row that was just followed with its checkpoint, if it has one.
async fn compare(
    state: &AppState,
    signer: &Signer,
    found: &mut Verification,
    signed: &mut Peekable<impl Iterator<Item = i64>>,
    hash: [u8; 32],
) -> AppResult<()> {
    // Those inside a gap cannot be compared; the gap is named.
    while signed.next_if(|seq| *seq < found.last_seq).is_some() {}
    let Some(seq) = signed.next_if_eq(&found.last_seq) else { return Ok(()) };
    if let Some(known) = trusted(state, signer, found, seq).await?
        && known != hex(&hash)
    {
        let detail = format!("Row {seq} is not the one that was signed: rows up to it were written anew.");
        found.add("rewritten", Some(seq), None, detail);
    }
    Ok(())
}

/// The hash that a checkpoint of ours names.
async fn trusted(state: &AppState, signer: &Signer, found: &mut Verification, seq: i64) -> AppResult<Option<String>> {
    match checkpoints::read(state, found.organization, seq).await? {
        Some(checkpoint) if signer.signed(&checkpoint) => {
            found.checkpoints += 1;
            Ok(Some(checkpoint.hash))
        }
        _ => {
            let detail = format!("The checkpoint of row {seq} was altered, or signed with another key.");
            found.add("checkpoint", Some(seq), None, detail);
            Ok(None)
        }
    }
}

/// Lines of the log that are not in the chain.
async fn unchained(state: &AppState, tenant: Tenant, found: &mut Verification) -> AppResult<()> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = TenantTx::system(&state.db, tenant, Mode::Read).await?;
        let rows = store::logged(&mut tx, tenant.id, after).await?;
        let now = tx.now();
        drop(tx);
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id.0;
        for row in rows.into_iter().filter(|row| !row.is_chained) {
            // What claims to come from the future was not written by us either.
            if (now - row.occurred_at).abs() <= PATIENCE {
                found.waiting += 1;
                continue;
            }
            let detail = format!(
                "This line ({} of {}) is not chained: no worker runs, or it was put there past the product.",
                row.action, row.occurred_at
            );
            found.add("unchained", None, Some(row.id), detail);
        }
    }
}
