//! Mail in: from the bytes of one message to a ticket.
//!
//! The raw message is stored before anything looks at it, then recorded; the record's UNIQUE
//! fingerprint is what makes a mail count once, however often it is delivered. From there a job
//! and the caller both may process it; the row's lock decides who does. A mail that cannot be
//! read is kept in quarantine with its raw bytes, where administrators see it, have it tried again, or
//! throw it away.
//!
//! Which ticket it belongs to: a reply address that we signed; a Message-ID that we signed; a
//! reference to somebody else's Message-ID, but only from who takes part in that ticket already.
//! Anything else makes a new ticket, which names the one it may belong to. Nothing in a mail that
//! anybody can write (a number in the subject, a From address) opens a ticket or acts for staff.
//!
//! Tables: `inbound_mails`. Events: those of tickets and messages.

mod bounce;
mod process;
mod quarantine;
mod receive;
mod store;
mod thread;

use db::worker::{JobError, Registry};
use kernel::InboundMailId;
use web::AppState;

pub use process::process;
pub use quarantine::routes;
pub use receive::{Received, receive};

/// Processes a recorded mail: payload `{mail}`.
pub const PROCESS_JOB: &str = "mail.process";

/// Adds the job that processes recorded mails.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(PROCESS_JOB, move |job| {
        let state = state.clone();
        async move {
            let mail: Option<InboundMailId> =
                job.payload.get("mail").and_then(|id| serde_json::from_value(id.clone()).ok());
            let mail = mail.ok_or_else(|| JobError::Hopeless("The job names no mail.".to_owned()))?;
            match process(&state, job.organization, mail).await {
                Ok(_) => Ok(()),
                Err(error) if job.attempt >= job.max_attempts => {
                    tracing::error!(%error, %mail, "a mail could not be processed");
                    let reason = "The mail could not be processed.".to_owned();
                    process::quarantine(&state, job.organization, mail, reason).await?;
                    Ok(())
                }
                Err(error) => Err(error.into()),
            }
        }
    });
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It is a message of this ticket, which may be new.
    Accepted {
        /// The ticket.
        ticket: kernel::TicketId,
        /// Its reference for people.
        reference: String,
        /// Whether the mail made it.
        is_new: bool,
    },
    /// A delivery report that belongs to no mail of ours; kept, not shown.
    Bounce,
    /// It could not be read; kept with the reason.
    Quarantined {
        /// One sentence.
        reason: String,
    },
    /// The same mail came before.
    Duplicate,
    /// It is stored; a job will process it.
    Later,
}
