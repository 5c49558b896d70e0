//! Sending through an SMTP server.

mod config;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{Error as LettreError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

pub use config::{SmtpConfig, SmtpConfigError, SmtpTls};

/// How long a server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Slowest line a mail is given time for.
const BYTES_PER_SECOND: usize = 64 * 1024;
/// Connections kept open.
const POOL: u32 = 4;

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try later: no connection, time-out, 4xx, or our own login refused.
    #[error("{0}")]
    Temporary(String),
    /// Another try would fail the same way: 5xx, or an address that cannot be sent to.
    #[error("{0}")]
    Permanent(String),
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A client for one mail server with a small pool of connections.
pub struct Smtp {
    config: SmtpConfig,
    timeout: Duration,
    /// Made with the first mail: lettre's pool needs a runtime around it, also to be dropped.
    transport: Mutex<Option<Transport>>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let transport = self.slot().take();
        if tokio::runtime::Handle::try_current().is_err() {
            // Outside a runtime the pool would panic; the process is ending anyway.
            std::mem::forget(transport);
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Smtp").field(&self.config).finish()
    }
}

fn tls(config: &SmtpConfig) -> Result<Tls, SmtpConfigError> {
    let parameters = || {
        TlsParameters::new(config.host.clone())
            .map_err(|error| SmtpConfigError(format!("EMAIL_HOST {:?} cannot be used with TLS: {error}.", config.host)))
    };
    Ok(match config.tls {
        SmtpTls::Off => Tls::None,
        SmtpTls::StartTls => Tls::Required(parameters()?),
        SmtpTls::Implicit => Tls::Wrapper(parameters()?),
    })
}

fn connect(config: &SmtpConfig, timeout: Duration) -> Result<Transport, SmtpConfigError> {
    let mut builder = Transport::builder_dangerous(&config.host)
        .port(config.port)
        .timeout(Some(timeout))
        .tls(tls(config)?)
        .pool_config(PoolConfig::new().max_size(POOL).idle_timeout(Duration::from_secs(30)));
    if let Some(user) = &config.user {
        let password = config.password.clone().unwrap_or_default();
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

impl Smtp {
    /// A client for this server; connects with the first mail.
    pub fn new(config: SmtpConfig) -> Result<Self, SmtpConfigError> {
        tls(&config)?;
        Ok(Self { config, timeout: TIMEOUT, transport: Mutex::new(None) })
    }

    /// The same client with another patience than 30 s.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn slot(&self) -> MutexGuard<'_, Option<Transport>> {
        self.transport.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn transport(&self) -> Result<Transport, SendError> {
        let mut slot = self.slot();
        if let Some(transport) = slot.as_ref() {
            return Ok(transport.clone());
        }
        let fresh = connect(&self.config, self.timeout).map_err(|error| SendError::Temporary(error.to_string()))?;
        *slot = Some(fresh.clone());
        Ok(fresh)
    }

    /// Hands a mail to the server and gives its answer. All or nothing: one refused recipient
    /// refuses the mail for all, so callers that must tell recipients apart send one by one.
    /// `envelope_from` may be empty (delivery reports). Takes at most 30 s and a second for
    /// every 64 kB. A call dropped half-way finishes in the background.
    pub async fn send(&self, envelope_from: &str, recipients: &[String], raw: &[u8]) -> Result<String, SendError> {
        let envelope = envelope(envelope_from, recipients)?;
        let raw = crlf(raw);
        let limit = self.timeout + Duration::from_secs(u64::try_from(raw.len() / BYTES_PER_SECOND).unwrap_or(0));
        let transport = self.transport()?;
        // A connection left in the middle of a mail must not go back to the pool: the task
        // goes on when our caller does not wait, and a time-out replaces the pool.
        let work = async move { tokio::time::timeout(limit, transport.send_raw(&envelope, &raw)).await };
        match db::uncancelled(work).await {
            Some(Ok(Ok(response))) => {
                let lines: Vec<&str> = response.message().collect();
                Ok(format!("{} {}", response.code(), lines.join(" ")))
            }
            Some(Ok(Err(error))) => Err(classify(&error)),
            Some(Err(_)) => {
                self.slot().take();
                Err(SendError::Temporary(format!("The mail server did not finish within {} seconds.", limit.as_secs())))
            }
            None => Err(SendError::Temporary("Sending was interrupted.".to_owned())),
        }
    }
}

fn address(text: &str) -> Result<Address, SendError> {
    text.parse().map_err(|_| SendError::Permanent(format!("{text:?} is no valid mail address.")))
}

fn envelope(from: &str, recipients: &[String]) -> Result<Envelope, SendError> {
    let from = if from.is_empty() { None } else { Some(address(from)?) };
    let to = recipients.iter().map(|recipient| address(recipient)).collect::<Result<Vec<_>, _>>()?;
    Envelope::new(from, to).map_err(|_| SendError::Permanent("The mail has no recipient.".to_owned()))
}

/// Every line ends with CRLF and no CR or LF stands alone: nothing in a mail can look like its
/// end to one server and not to the next.
/// The last line end is left to lettre, which adds one before the final dot.
fn crlf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 50);
    let mut bytes = raw.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                if bytes.peek() == Some(&&b'\n') {
                    bytes.next();
                }
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            other => out.push(*other),
        }
    }
    if out.ends_with(b"\r\n") {
        out.truncate(out.len() - 2);
    }
    out
}

fn classify(error: &LettreError) -> SendError {
    let sentence = describe(error);
    let login = error.status().is_some_and(|code| matches!(code.to_string().as_str(), "530" | "534" | "535" | "538"));
    if login {
        return SendError::Temporary(format!("The mail server refused our login: {sentence}"));
    }
    if error.is_permanent() || error.is_client() {
        return SendError::Permanent(sentence);
    }
    SendError::Temporary(sentence)
}

/// The error with its causes, without control characters, at most 500 characters.
fn describe(error: &LettreError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_always_end_the_same_way() {
        assert_eq!(crlf(b"a\n.\nb\r\n.\rc\r\r\n"), b"a\r\n.\r\nb\r\n.\r\nc\r\n");
    }

    #[test]
    fn commands_cannot_be_injected() {
        for bad in ["a@x\r\nDATA", "a@x>\r\nRCPT TO:<b@x", "", "a", "a b@x", "<a@x>"] {
            assert!(envelope("a@x.example", &[bad.to_owned()]).is_err(), "{bad}");
            assert!(bad.is_empty() || envelope(bad, &["a@x.example".to_owned()]).is_err(), "{bad}");
        }
        assert!(envelope("", &["a@x.example".to_owned()]).is_ok());
        assert!(envelope("a@x.example", &[]).is_err());
    }
}
