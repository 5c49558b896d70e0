//! `audit`: whether the audit log is what was written.

use clap::Subcommand;
use identity::audit::{self, Verification};
use serde_json::json;

use super::{Run, user};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the audit log of an organization against its chain of hashes and its signed checkpoints; exit code 1 when something is wrong.
    Verify {
        /// Slug of the organization.
        #[arg(long)]
        org: String,
    },
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Verify { org } = command;
    let found = run
        .with_database(async |booted| {
            let organization = user::organization(booted, &org).await?;
            Ok(audit::verify(&booted.state, organization.tenant()).await?)
        })
        .await?;
    run.out.say(&text(&org, &found), &json!(found));
    if found.is_good() {
        return Ok(());
    }
    let counts: Vec<String> = found.counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    Err(Failure::new(format!("The audit log of {org} is not what was written: {}.", counts.join(", "))))
}

fn text(org: &str, found: &Verification) -> String {
    let mut lines: Vec<String> = Vec::new();
    for finding in &found.findings {
        let seq = finding.seq.map(|seq| format!(" row {seq}")).unwrap_or_default();
        let entry = finding.entry.map(|entry| format!(" {entry}")).unwrap_or_default();
        lines.push(format!("{}{seq}{entry}: {}", finding.kind, finding.detail));
    }
    let named = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let all: u64 = found.counts.values().sum();
    if all > named {
        lines.push(format!("And {} more.", all - named));
    }
    if found.waiting > 0 {
        lines.push(format!("{} lines were written just now and are not chained yet.", found.waiting));
    }
    lines.push(format!(
        "{org}: {} chained rows, {} checkpoints. Last row: {}, hash {}.\nPublic key of the checkpoints (Ed25519): {}",
        found.chained, found.checkpoints, found.last_seq, found.last_hash, found.public_key
    ));
    lines.join("\n")
}
