//! `keys`: what access tokens are signed with and secrets are encrypted with.

use clap::Subcommand;
use serde_json::json;

use super::Run;
use crate::{failure::Failure, keys};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make new keys; nobody is signed out, and everything stays readable.
    Rotate,
    /// After SECRET_KEY was changed: wrap all keys by the new one.
    Rewrap,
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let (text, value) = match command {
        Command::Rotate => {
            let done = run.with_database(async |booted| Ok(keys::rotate(&booted.state).await?)).await?;
            let text = format!(
                "A new key signs access tokens; {} organizations have new data keys, {} secrets were encrypted anew.",
                done.organizations, done.secrets
            );
            (text, json!(done))
        }
        Command::Rewrap => {
            let done = run.with_database(async |booted| Ok(keys::wrap_again(&booted.state).await?)).await?;
            let text = format!("{done} keys are wrapped by the present SECRET_KEY; no other one is needed any more.");
            (text, json!({"keys": done}))
        }
    };
    run.out.say(&text, &value);
    Ok(())
}
