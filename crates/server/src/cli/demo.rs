//! `demo`: organizations for a first look.

use clap::Subcommand;
use serde_json::json;

use super::{Run, output::table};
use crate::{demo, failure::Failure};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load two organizations with people and tickets; harmless when they are there.
    Load,
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Load = command;
    let sign_ins = run.with_database(async |booted| Ok(demo::load(&booted.state).await?)).await?;
    let mut rows = vec![["ORGANIZATION", "ROLE", "ADDRESS", "PASSWORD"].map(str::to_owned).to_vec()];
    rows.extend(
        sign_ins
            .iter()
            .map(|each| vec![each.slug.clone(), each.role.clone(), each.email.clone(), each.password.clone()]),
    );
    run.out.say(&table(&rows), &json!({ "sign_ins": sign_ins }));
    Ok(())
}
