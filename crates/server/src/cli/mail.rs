//! `mail`: the way in for mail servers that pipe messages to a program.

use std::io::{self, Read};

use bytes::Bytes;
use channels::intake::{self, Outcome};
use clap::Subcommand;
use kernel::AppError;
use serde_json::json;

use super::Run;
use crate::{boot::Booted, failure::Failure};

/// Exit code that tells a mail server to try again later (`EX_TEMPFAIL`).
const TRY_AGAIN: u8 = 75;
/// Exit code for an address that nobody has (`EX_NOUSER`).
const NO_USER: u8 = 67;
/// Bytes of one message; a larger one is refused.
const MAX_MAIL: u64 = 150 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take in one message from stdin: exit 0 when it is safely stored, 75 when it should be tried again.
    Ingest {
        /// The address it was delivered to.
        #[arg(long)]
        mailbox: String,
    },
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Ingest { mailbox } = command;
    let raw = read()?;
    // Whatever keeps us from the database may be over soon; the mail must not be lost for it.
    let taken = run.with_database(async |booted| ingest(booted, &mailbox, raw).await).await;
    let outcome = taken.map_err(|failure| if failure.is_final() { failure } else { failure.with_code(TRY_AGAIN) })?;
    let text = match &outcome {
        Outcome::Accepted { reference, is_new: true, .. } => format!("Ticket {reference} was made."),
        Outcome::Accepted { reference, .. } => format!("The mail was added to ticket {reference}."),
        Outcome::Bounce => "A delivery report that belongs to no mail of ours was kept.".to_owned(),
        Outcome::Quarantined { reason } => format!("The mail was kept in quarantine: {reason}"),
        Outcome::Later => "The mail is stored and will be processed soon.".to_owned(),
        Outcome::Duplicate => "This mail came before; nothing was done.".to_owned(),
    };
    run.out.say(&text, &json!(outcome));
    Ok(())
}

fn read() -> Result<Bytes, Failure> {
    let mut raw = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_MAIL + 1)
        .read_to_end(&mut raw)
        .map_err(|error| Failure::new(format!("The message cannot be read: {error}.")).with_code(TRY_AGAIN))?;
    if u64::try_from(raw.len()).is_ok_and(|length| length > MAX_MAIL) {
        return Err(Failure::new(format!("The message is larger than {} MB.", MAX_MAIL / 1024 / 1024)));
    }
    Ok(raw.into())
}

async fn ingest(booted: &Booted, mailbox: &str, raw: Bytes) -> Result<Outcome, Failure> {
    let received = intake::receive(&booted.state, mailbox, raw).await.map_err(|error| match error {
        AppError::Invalid(_) => {
            Failure::new(format!("No organization receives mail at {mailbox:.100}.")).with_code(NO_USER).finally()
        }
        other => other.into(),
    })?;
    let Some(mail) = received.mail else { return Ok(Outcome::Duplicate) };
    match intake::process(&booted.state, received.organization, mail).await {
        Ok(outcome) => Ok(outcome),
        // It is stored and its job will take it from here: not the mail server's concern any more.
        Err(error) => {
            tracing::warn!(%error, mail = %mail, "the mail is stored and will be processed later");
            Ok(Outcome::Later)
        }
    }
}
