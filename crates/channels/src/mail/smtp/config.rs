//! Settings of the mail server.

use std::fmt;

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
pub struct SmtpConfigError(pub(super) String);

impl SmtpConfig {
    /// Settings from EMAIL_HOST, EMAIL_PORT (default 25, 587 with TLS), EMAIL_USE_TLS,
    /// EMAIL_HOST_USER and EMAIL_HOST_PASSWORD. `None` when EMAIL_HOST is unset or empty.
    pub fn from_env() -> Result<Option<Self>, SmtpConfigError> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// [`SmtpConfig::from_env`] over any source of settings.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, SmtpConfigError> {
        let get = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let Some(host) = get("EMAIL_HOST") else {
            return Ok(None);
        };
        let use_tls = match get("EMAIL_USE_TLS").map(|value| value.to_lowercase()).as_deref() {
            None | Some("0" | "false" | "no" | "off") => false,
            Some("1" | "true" | "yes" | "on") => true,
            Some(other) => {
                return Err(SmtpConfigError(format!("EMAIL_USE_TLS must be true or false, not {other:?}.")));
            }
        };
        let port = match get("EMAIL_PORT") {
            None if use_tls => 587,
            None => 25,
            Some(text) => text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
                SmtpConfigError(format!("EMAIL_PORT must be a number from 1 to 65535, not {text:?}."))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn config(values: &[(&str, &str)]) -> Result<Option<SmtpConfig>, SmtpConfigError> {
        SmtpConfig::from_lookup(&|name| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn settings_are_read() {
        assert_eq!(config(&[]).unwrap(), None);
        assert_eq!(config(&[("EMAIL_HOST", " "), ("EMAIL_PORT", "x")]).unwrap(), None);
        let plain = config(&[("EMAIL_HOST", "mail")]).unwrap().unwrap();
        assert_eq!((plain.port, plain.tls, plain.user), (25, SmtpTls::Off, None));
        let tls = config(&[
            ("EMAIL_HOST", "mail"),
            ("EMAIL_USE_TLS", "True"),
            ("EMAIL_HOST_USER", "u"),
            ("EMAIL_HOST_PASSWORD", "hunter2"),
        ])
        .unwrap()
        .unwrap();
        assert_eq!((tls.port, tls.tls), (587, SmtpTls::StartTls));
        assert!(!format!("{tls:?}").contains("hunter2"));
        assert!(!format!("{:?}", crate::mail::smtp::Smtp::new(tls).unwrap()).contains("hunter2"));
        let implicit = config(&[("EMAIL_HOST", "mail"), ("EMAIL_PORT", "465")]).unwrap().unwrap();
        assert_eq!(implicit.tls, SmtpTls::Implicit);
        for port in ["0", "65536", "-1", "smtp", "25x"] {
            let error = config(&[("EMAIL_HOST", "mail"), ("EMAIL_PORT", port)]).unwrap_err();
            assert_eq!(error.to_string(), format!("EMAIL_PORT must be a number from 1 to 65535, not {port:?}."));
        }
        assert!(config(&[("EMAIL_HOST", "mail"), ("EMAIL_USE_TLS", "maybe")]).is_err());
    }
}
