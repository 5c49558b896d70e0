//! Helpers: feeding mails and reading those that were caught.

use channels::intake::{Outcome, process, receive};
use kernel::TicketId;

use crate::harness::TestApp;

/// A mail that the product sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub to: String,
    pub subject: String,
    pub message_id: String,
    pub reply_to: Option<String>,
    pub raw: String,
}

/// Feeds one message as a mail server would.
pub async fn ingest(app: &TestApp, mailbox: &str, raw: impl AsRef<[u8]>) -> Outcome {
    let raw = bytes::Bytes::copy_from_slice(raw.as_ref());
    let received = receive(&app.state, mailbox, raw).await.expect("a known mailbox");
    match received.mail {
        None => Outcome::Duplicate,
        Some(mail) => process(&app.state, received.organization, mail).await.expect("processed"),
    }
}

/// As [`ingest`], for a mail that must be accepted: the ticket, its reference, and whether it is new.
pub async fn accept(app: &TestApp, mailbox: &str, raw: impl AsRef<[u8]>) -> (TicketId, String, bool) {
    match ingest(app, mailbox, raw).await {
        Outcome::Accepted { ticket, reference, is_new } => (ticket, reference, is_new),
        other => panic!("not accepted: {other:?}"),
    }
}

/// Everything that was caught for an organization, oldest first.
pub async fn caught(app: &TestApp, slug: &str) -> Vec<Sent> {
    app.run_jobs().await;
    let folder = app.state.config.data_dir.join("mail-catcher").join(slug);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).map_or(Vec::new(), |dir| dir.flatten().map(|entry| entry.path()).collect());
    files.sort();
    files.iter().map(|path| read(&std::fs::read_to_string(path).unwrap())).collect()
}

fn read(raw: &str) -> Sent {
    let unfolded = raw.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |name: &str| {
        unfolded
            .lines()
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
    };
    let address = |text: String| text.rsplit('<').next().unwrap_or_default().trim_end_matches('>').to_owned();
    Sent {
        to: header("To").map(address).unwrap_or_default(),
        subject: header("Subject").unwrap_or_default(),
        message_id: header("Message-ID").map(address).unwrap_or_default(),
        reply_to: header("Reply-To"),
        raw: raw.to_owned(),
    }
}

/// A plain mail.
pub fn mail(from: &str, to: &str, subject: &str, id: &str, extra: &str, body: &str) -> String {
    format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n{extra}\r\n{body}\r\n")
}
