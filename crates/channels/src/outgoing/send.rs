//! Delivery of one mail: to the mail server, or into the catcher.

use std::{sync::Arc, time::Duration};

use db::{Mode, TenantTx, jobs::ClaimedJob, worker::JobError};
use kernel::{AppError, AppResult, OutgoingMailId};
use object_store::{ObjectStoreExt, path::Path};
use support::facade::{self, MessageFile};
use web::AppState;

use super::{
    accounts,
    store::{self, OutgoingRow},
};
use crate::{
    mail::{
        catcher::MailCatcher,
        compose::{Outgoing, to_rfc822},
        smtp::{SendError, Smtp},
        token::{MailKey, reply_address, supports_reply_address},
    },
    mailboxes,
};

/// Bytes of attachments that go with one mail; the rest stays in the ticket.
const MAX_ATTACHED: i64 = 20 * 1024 * 1024;
/// How many seconds the outcome of a delivery may have to wait before it is written.
const PATIENCE: u32 = 120;

/// Where mails go.
#[derive(Debug)]
pub enum Transport {
    /// A mail server.
    Smtp(Smtp),
    /// No server is configured: files in a folder.
    Catcher(MailCatcher),
}

/// The transport, shared by all jobs.
#[derive(Debug, Clone)]
pub struct Mailer(pub Arc<Transport>);

/// What one attempt came to.
enum Attempt {
    /// With who of several recipients did not get it.
    Sent(Option<String>),
    Caught,
    Later(String),
    Never(String),
}

/// Runs the job `mail.send`.
pub async fn run(state: &AppState, mailer: &Mailer, job: &ClaimedJob) -> Result<(), JobError> {
    let mail: Option<OutgoingMailId> = job.payload.get("mail").and_then(|id| serde_json::from_value(id.clone()).ok());
    let mail = mail.ok_or_else(|| JobError::Hopeless("The job names no mail.".to_owned()))?;
    let last = job.attempt >= job.max_attempts;
    let prepared = match prepare(state, job, mail).await {
        Ok(None) => return Ok(()),
        Ok(Some(prepared)) => prepared,
        Err(error) if last => return give_up(state, job, mail, &error).await,
        Err(error) => return Err(error.into()),
    };
    let (row, raw, envelope) = prepared;
    let attempt = match raw {
        Err(why) => Attempt::Never(why),
        Ok(raw) => match deliver(state, mailer, job, &row, &envelope, raw).await {
            Ok(attempt) => attempt,
            Err(error) => Attempt::Later(error.to_string()),
        },
    };
    let (mail_state, error, again) = match attempt {
        Attempt::Sent(refused) => ("sent", refused, None),
        Attempt::Caught => ("caught", None, None),
        Attempt::Never(why) => ("failed", Some(why), None),
        Attempt::Later(why) if last => {
            ("failed", Some(format!("Given up after {} attempts. {why}", job.attempt)), None)
        }
        Attempt::Later(why) => ("queued", Some(why.clone()), Some(why)),
    };
    note_patiently(state, job, &row, mail_state, error.as_deref()).await?;
    match again {
        Some(why) => Err(JobError::Retry(why)),
        None => Ok(()),
    }
}

/// After the last attempt the message says so, whatever kept the mail from being made.
async fn give_up(state: &AppState, job: &ClaimedJob, mail: OutgoingMailId, error: &AppError) -> Result<(), JobError> {
    tracing::error!(%error, %mail, "a mail was given up");
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Read).await?;
    let row = store::find(&mut tx, job.organization, mail).await.map_err(AppError::from)?;
    drop(tx);
    let Some(row) = row else { return Ok(()) };
    let why = format!("Given up after {} attempts: the mail could not be made.", job.attempt);
    Ok(note(state, job, &row, "failed", Some(&why)).await?)
}

type Composed = Result<Vec<u8>, String>;

/// The mail as bytes and its envelope's sender; `None` when it was sent meanwhile.
async fn prepare(
    state: &AppState,
    job: &ClaimedJob,
    mail: OutgoingMailId,
) -> AppResult<Option<(OutgoingRow, Composed, String)>> {
    let organization = job.organization;
    let whose = db::platform::find(&state.db, organization).await?.ok_or(AppError::NotFound)?;
    let mut tx = TenantTx::system(&state.db, organization, Mode::Read).await?;
    let Some(mut row) = store::find(&mut tx, organization, mail).await?.filter(|row| row.state == "queued") else {
        return Ok(None);
    };
    if row.ticket_id.is_none() && !accounts::complete(&mut tx, state, &whose, &mut row).await? {
        return Ok(Some((row, Err("The link in this mail has ended before it was sent.".to_owned()), String::new())));
    }
    let mailbox = mailboxes::find(&mut tx, organization, row.mailbox_id).await?.ok_or(AppError::NotFound)?;
    let files = match row.message_id {
        Some(message) => facade::message_files(&mut tx, message).await?,
        None => Vec::new(),
    };
    drop(tx);
    let (attachments, left_out) = load(state, &files).await?;
    let key = MailKey::of(&state.keys);
    let to_customer = matches!(row.kind.as_str(), "reply" | "created");
    let reply_to = (to_customer && supports_reply_address(&mailbox.address))
        .then(|| reply_address(&key, organization.0, row.id.0, &mailbox.address));
    let mut text = row.body_text.clone();
    if left_out > 0 {
        text.push_str(&format!("\n\n({left_out} attachments were too large to be mailed.)"));
    }
    let composed = to_rfc822(&Outgoing {
        from: (row.from_name.clone(), mailbox.address.clone()),
        to: vec![(row.recipient_name.clone(), row.recipient.clone())],
        cc: row.cc.iter().map(|address| (None, address.clone())).collect(),
        reply_to,
        subject: row.subject.clone(),
        text,
        html: Some(row.body_html.clone()),
        message_id: row.mail_message_id.clone(),
        in_reply_to: row.in_reply_to.clone(),
        references: row.reference_ids.clone(),
        auto: row.is_automatic,
        loop_id: mailbox.address.clone(),
        attachments,
        date: row.created_at,
    });
    Ok(Some((row, composed.map_err(|error| error.to_string()), mailbox.address)))
}

type Loaded = Vec<(String, String, Vec<u8>)>;

async fn load(state: &AppState, files: &[MessageFile]) -> AppResult<(Loaded, usize)> {
    let (mut loaded, mut room) = (Vec::new(), MAX_ATTACHED);
    for file in files {
        if file.size > room {
            continue;
        }
        room -= file.size;
        let object = state
            .files
            .get(&Path::from(file.object_key.as_str()))
            .await
            .map_err(|error| AppError::Internal(error.into()))?;
        let bytes = object.bytes().await.map_err(|error| AppError::Internal(error.into()))?;
        loaded.push((file.name.clone(), file.content_type.clone(), bytes.to_vec()));
    }
    let left_out = files.len() - loaded.len();
    Ok((loaded, left_out))
}

async fn deliver(
    state: &AppState,
    mailer: &Mailer,
    job: &ClaimedJob,
    row: &OutgoingRow,
    from: &str,
    raw: Vec<u8>,
) -> AppResult<Attempt> {
    match mailer.0.as_ref() {
        Transport::Smtp(smtp) => {
            let recipients: Vec<String> = std::iter::once(&row.recipient).chain(&row.cc).cloned().collect();
            Ok(match smtp.send(from, &recipients, &raw).await {
                Ok(_) => Attempt::Sent(None),
                Err(SendError::Temporary(why)) => Attempt::Later(why),
                Err(SendError::Permanent(why)) if recipients.len() == 1 => Attempt::Never(why),
                // One address that is refused refuses the mail for all: each gets it by itself then.
                Err(SendError::Permanent(_)) => one_by_one(smtp, from, &recipients, &raw).await,
            })
        }
        Transport::Catcher(catcher) => {
            let organization = db::platform::find(&state.db, job.organization).await?.ok_or(AppError::NotFound)?;
            let (catcher, slug, stem) = (catcher.clone(), organization.slug, row.id.to_string());
            let written = tokio::task::spawn_blocking(move || catcher.write(&slug, &stem, &raw)).await;
            Ok(match written {
                Ok(Ok(())) => Attempt::Caught,
                Ok(Err(error)) => Attempt::Later(format!("The mail catcher cannot be written: {error}")),
                Err(error) => Attempt::Later(error.to_string()),
            })
        }
    }
}

/// The first recipient decides what became of the mail; who of the others refused it is told.
async fn one_by_one(smtp: &Smtp, from: &str, recipients: &[String], raw: &[u8]) -> Attempt {
    let mut refused = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        match (index, smtp.send(from, std::slice::from_ref(recipient), raw).await) {
            (_, Ok(_)) => {}
            (0, Err(SendError::Temporary(why))) => return Attempt::Later(why),
            (0, Err(SendError::Permanent(why))) => return Attempt::Never(why),
            (_, Err(SendError::Temporary(why) | SendError::Permanent(why))) => {
                refused.push(format!("{recipient}: {why}"))
            }
        }
    }
    Attempt::Sent(if refused.is_empty() { None } else { Some(format!("Not delivered to {}", refused.join("; "))) })
}

/// A mail that left cannot be called back, and one whose outcome is not written is sent again: so
/// this waits while the organization is being moved or the database is away.
async fn note_patiently(
    state: &AppState,
    job: &ClaimedJob,
    row: &OutgoingRow,
    mail_state: &str,
    error: Option<&str>,
) -> AppResult<()> {
    for _ in 0..PATIENCE {
        match note(state, job, row, mail_state, error).await {
            Err(AppError::Unavailable(..)) => tokio::time::sleep(Duration::from_secs(1)).await,
            done => return done,
        }
    }
    note(state, job, row, mail_state, error).await
}

/// Writes the outcome on the mail and on the message it carries.
async fn note(
    state: &AppState,
    job: &ClaimedJob,
    row: &OutgoingRow,
    mail_state: &str,
    error: Option<&str>,
) -> AppResult<()> {
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
    let finished = (mail_state != "queued").then(|| tx.now());
    store::set_state(&mut tx, job.organization, row.id, (mail_state, error), 1, finished).await?;
    if let Some(message) = row.message_id {
        facade::set_delivery(&mut tx, message, mail_state, error, row.attempts + 1).await?;
    }
    tx.commit().await?;
    metrics::counter!("helpdesk_mails_total", "outcome" => mail_state.to_owned()).increment(1);
    Ok(())
}
