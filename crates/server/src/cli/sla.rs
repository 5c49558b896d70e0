//! `sla`: what an organization promises its customers.

use clap::Subcommand;
use db::{Mode, TenantTx};
use serde_json::json;

use super::{Run, user};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the shipped policies for priorities that have none: urgent 4 h / 1 h, high 12 h / 2 h, medium 24 h / 4 h, low 72 h / 8 h.
    Defaults {
        /// Slug of the organization.
        #[arg(long)]
        org: String,
    },
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Defaults { org } = command;
    let written = run
        .with_database(async |booted| {
            let organization = user::organization(booted, &org).await?;
            let mut tx = TenantTx::system(&booted.state.db, organization.tenant(), Mode::Write).await?;
            let written = support::facade::sla_defaults(&mut tx).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await?;
    let text = match written {
        0 => format!("Every priority of {org} has a policy already."),
        1 => format!("1 policy was written for {org}."),
        many => format!("{many} policies were written for {org}."),
    };
    run.out.say(&text, &json!({"organization": org, "written": written}));
    Ok(())
}
