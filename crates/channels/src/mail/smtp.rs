//! Sending through an SMTP server.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{Error as LettreError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// How long a server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Slowest line a mail is given time for.
const BYTES_PER_SECOND: usize = 64 * 1024;
/// Connections kept open.
const POOL: u32 = 4;

/// How the connection is encrypted. The certificate is always checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all: only for servers on the same machine or network.
    Off,
    /// Plain at first, then STARTTLS; without it nothing is sent.
    StartTls,
    /// From the first byte (port 465).
    Implicit,
}

/// How to reach the mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub tls: SmtpTls,
    /// User name; no authentication without.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}

/// A setting that cannot be used, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SmtpConfigError(String);

impl SmtpConfig {
    /// Settings from EMAIL_HOST, EMAIL_PORT (default 25, 587 with TLS), EMAIL_USE_TLS,
    /// EMAIL_HOST_USER and EMAIL_HOST_PASSWORD. `None` when EMAIL_HOST is unset or empty.
    pub fn from_env() -> Result<Option<Self>, SmtpConfigError> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// [`SmtpConfig::from_env`] over any source of settings.
    pub fn from_lookup(
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, SmtpConfigError> {
        let get = |name: &str| {
            lookup(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let Some(host) = get("EMAIL_HOST") else {
            return Ok(None);
        };
        let use_tls = match get("EMAIL_USE_TLS").map(|value| value.to_lowercase()).as_deref() {
            None | Some("0" | "false" | "no" | "off") => false,
            Some("1" | "true" | "yes" | "on") => true,
            Some(other) => {
                return Err(SmtpConfigError(format!(
                    "EMAIL_USE_TLS must be true or false, not {other:?}."
                )));
            }
        };
        let port = match get("EMAIL_PORT") {
            None if use_tls => 587,
            None => 25,
            Some(text) => text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
                SmtpConfigError(format!(
                    "EMAIL_PORT must be a number from 1 to 65535, not {text:?}."
                ))
            })?,
        };
        let tls = match (port, use_tls) {
            (465, _) => SmtpTls::Implicit,
            (_, true) => SmtpTls::StartTls,
            (_, false) => SmtpTls::Off,
        };
        Ok(Some(Self {
            host,
            port,
            tls,
            user: get("EMAIL_HOST_USER"),
            // Passwords may begin or end with a space.
            password: lookup("EMAIL_HOST_PASSWORD").filter(|value| !value.is_empty()),
        }))
    }
}

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
    transport: Mutex<Transport>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Smtp").field(&self.config).finish()
    }
}

fn connect(config: &SmtpConfig) -> Result<Transport, SmtpConfigError> {
    let parameters = || {
        TlsParameters::new(config.host.clone()).map_err(|error| {
            SmtpConfigError(format!("EMAIL_HOST {:?} cannot be used with TLS: {error}.", config.host))
        })
    };
    let tls = match config.tls {
        SmtpTls::Off => Tls::None,
        SmtpTls::StartTls => Tls::Required(parameters()?),
        SmtpTls::Implicit => Tls::Wrapper(parameters()?),
    };
    let mut builder = Transport::builder_dangerous(&config.host)
        .port(config.port)
        .timeout(Some(TIMEOUT))
        .tls(tls)
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
        let transport = Mutex::new(connect(&config)?);
        Ok(Self { config, transport })
    }

    /// Hands a mail to the server and gives its answer. All or nothing: one refused recipient
    /// refuses the mail for all, so callers that must tell recipients apart send one by one.
    /// `envelope_from` may be empty (delivery reports). Takes at most 30 s and a second for
    /// every 64 kB. A call dropped half-way finishes in the background.
    pub async fn send(
        &self,
        envelope_from: &str,
        recipients: &[String],
        raw: &[u8],
    ) -> Result<String, SendError> {
        let envelope = envelope(envelope_from, recipients)?;
        let raw = crlf(raw);
        let limit = TIMEOUT + Duration::from_secs(u64::try_from(raw.len() / BYTES_PER_SECOND).unwrap_or(0));
        let transport = self
            .transport
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // A connection left in the middle of a mail must not go back to the pool: the task
        // goes on when our caller does not wait, and a time-out replaces the pool.
        let task = tokio::spawn(async move {
            tokio::time::timeout(limit, transport.send_raw(&envelope, &raw)).await
        });
        match task.await {
            Ok(Ok(Ok(response))) => {
                let lines: Vec<&str> = response.message().collect();
                Ok(format!("{} {}", response.code(), lines.join(" ")))
            }
            Ok(Ok(Err(error))) => Err(classify(&error)),
            Ok(Err(_)) => {
                if let Ok(fresh) = connect(&self.config) {
                    *self.transport.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
                }
                Err(SendError::Temporary(format!(
                    "The mail server did not finish within {} seconds.",
                    limit.as_secs()
                )))
            }
            Err(error) => Err(SendError::Temporary(format!("Sending was interrupted: {error}."))),
        }
    }
}

fn address(text: &str) -> Result<Address, SendError> {
    text.parse()
        .map_err(|_| SendError::Permanent(format!("{text:?} is no valid mail address.")))
}

fn envelope(from: &str, recipients: &[String]) -> Result<Envelope, SendError> {
    let from = if from.is_empty() { None } else { Some(address(from)?) };
    let to = recipients
        .iter()
        .map(|recipient| address(recipient))
        .collect::<Result<Vec<_>, _>>()?;
    Envelope::new(from, to).map_err(|_| SendError::Permanent("The mail has no recipient.".to_owned()))
}

/// Every line ends with CRLF and no CR or LF stands alone: nothing in a mail can look like its
/// end to one server and not to the next.
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
    out
}

fn classify(error: &LettreError) -> SendError {
    let sentence = describe(error);
    let login = error
        .status()
        .is_some_and(|code| matches!(code.to_string().as_str(), "530" | "534" | "535" | "538"));
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
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(500)
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn config(values: &[(&str, &str)]) -> Result<Option<SmtpConfig>, SmtpConfigError> {
        SmtpConfig::from_lookup(&|name| {
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn settings_are_read() {
        assert_eq!(config(&[]).unwrap(), None);
        assert_eq!(config(&[("EMAIL_HOST", " "), ("EMAIL_PORT", "x")]).unwrap(), None);
        let plain = config(&[("EMAIL_HOST", "mail")]).unwrap().unwrap();
        assert_eq!((plain.port, plain.tls, plain.user), (25, SmtpTls::Off, None));
        let tls = config(&[("EMAIL_HOST", "mail"), ("EMAIL_USE_TLS", "True"), ("EMAIL_HOST_USER", "u"), ("EMAIL_HOST_PASSWORD", "hunter2")]).unwrap().unwrap();
        assert_eq!((tls.port, tls.tls), (587, SmtpTls::StartTls));
        assert!(!format!("{tls:?}").contains("hunter2"));
        assert!(!format!("{:?}", Smtp::new(tls).unwrap()).contains("hunter2"));
        let implicit = config(&[("EMAIL_HOST", "mail"), ("EMAIL_PORT", "465")]).unwrap().unwrap();
        assert_eq!(implicit.tls, SmtpTls::Implicit);
        for port in ["0", "65536", "-1", "smtp", "25x"] {
            let error = config(&[("EMAIL_HOST", "mail"), ("EMAIL_PORT", port)]).unwrap_err();
            assert_eq!(error.to_string(), format!("EMAIL_PORT must be a number from 1 to 65535, not {port:?}."));
        }
        assert!(config(&[("EMAIL_HOST", "mail"), ("EMAIL_USE_TLS", "maybe")]).is_err());
    }

    #[test]
    fn lines_always_end_the_same_way() {
        assert_eq!(crlf(b"a\n.\nb\r\n.\rc\r\r\n"), b"a\r\n.\r\nb\r\n.\r\nc\r\n\r\n");
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
