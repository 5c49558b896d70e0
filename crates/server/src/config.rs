//! Settings: from the command line, else from the environment, else defaults. Checked at once,
//! each complaint one sentence that names the variable.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use channels::mail::smtp::SmtpConfig;
use clap::Args;
use tracing_subscriber::EnvFilter;
use web::{TrustedProxies, limits::Rates, outbound::Allowed};

use crate::{failure::Failure, storage::Bucket};

/// The settings as they were given.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Options {
    /// Folder of the embedded database, files and caught mails.
    #[arg(long, env = "DATA_DIR", value_name = "DIR", global = true, default_value = "./data")]
    pub data_dir: PathBuf,
    /// The owner's connection to an own PostgreSQL 15+ instead of the embedded one.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Organizations live at SLUG.BASE_DOMAIN.
    #[arg(long, env = "BASE_DOMAIN", value_name = "NAME", global = true, default_value = "localhost")]
    pub base_domain: String,
    /// How people reach BASE_DOMAIN when a proxy is in front, such as https://help.example.org.
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Other origins whose pages may ask the API, separated by commas, such as https://console.example.org.
    #[arg(long, env = "CORS_ORIGINS", value_name = "ORIGINS", global = true)]
    pub cors_origins: Option<String>,
    /// Where HTTP is answered.
    #[arg(long, env = "BIND", value_name = "ADDRESS", global = true, default_value = "127.0.0.1:8000")]
    pub bind: String,
    /// Where metrics are answered, or `off`.
    #[arg(long, env = "METRICS_BIND", value_name = "ADDRESS", global = true, default_value = "127.0.0.1:9464")]
    pub metrics_bind: String,
    /// A second address of the AI service, or `off`; not opened yet.
    #[arg(long, env = "AI_BIND", value_name = "ADDRESS", global = true, hide = true, default_value = "off")]
    pub ai_bind: String,
    /// A second address of the WebSocket, or `off`.
    #[arg(long, env = "REALTIME_BIND", value_name = "ADDRESS", global = true, default_value = "127.0.0.1:3000")]
    pub realtime_bind: String,
    /// What is logged, such as `info` or `info,db=debug`; RUST_LOG is read too.
    #[arg(long, env = "LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// `text` or `json`.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", global = true, default_value = "text")]
    pub log_format: String,
    /// Log more: true or false.
    #[arg(long, env = "DEBUG", value_name = "BOOL", global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub debug: Option<String>,
}

/// How people reach `BASE_DOMAIN` and the hosts below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Public {
    /// By HTTPS.
    pub https: bool,
    /// The scheme's own one unless told.
    pub port: u16,
}

/// The settings, checked.
#[derive(Clone)]
pub struct Settings {
    /// Folder of everything that is not in an external database.
    pub data_dir: PathBuf,
    /// The owner's connection; the embedded server without it.
    pub database_url: Option<String>,
    /// `SECRET_KEY`; without it the key file of the data folder counts.
    pub secret_key: Option<String>,
    /// `SECRET_KEY_ACCEPTED`: other secrets with which things may still be wrapped or signed.
    pub accepted_secrets: Vec<Vec<u8>>,
    /// Lower case, without a dot at its end.
    pub base_domain: String,
    /// How people reach it, when that is not how it is bound.
    pub public: Option<Public>,
    /// Origins whose pages may ask the API.
    pub cors_origins: Vec<String>,
    /// Where HTTP is answered.
    pub bind: SocketAddr,
    /// Where metrics are answered.
    pub metrics_bind: Option<SocketAddr>,
    /// Where the WebSocket is opened too.
    pub realtime_bind: Option<SocketAddr>,
    /// Where files lie; the data folder without it.
    pub bucket: Option<Bucket>,
    /// The mail server; mails go to the mail catcher without it.
    pub smtp: Option<SmtpConfig>,
    /// What may be called beside public addresses.
    pub outbound_allow: Allowed,
    /// The name server to ask; those of the system without it.
    pub dns_server: Option<SocketAddr>,
    /// Proxies whose word about the peer counts.
    pub trusted_proxies: TrustedProxies,
    /// How often the API may be called.
    pub rates: Rates,
    /// Where limits are counted for all nodes; each counts its share without it.
    pub redis_url: Option<String>,
    /// What is logged; `None` leaves it to the command.
    pub log: Option<String>,
    /// Log lines as JSON.
    pub log_json: bool,
    /// Log more.
    pub debug: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("data_dir", &self.data_dir).field("bind", &self.bind).finish_non_exhaustive()
    }
}

/// The shortest secret that is accepted.
pub(crate) const SECRET_LENGTH: usize = 32;

impl Options {
    /// Checks everything; `variable` reads the environment for what has no flag.
    pub fn check(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
        let given = |value: Option<String>| value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let variable = |name: &str| given(variable(name));
        let database_url = given(self.database_url.clone());
        if let Some(url) = &database_url {
            database(url)?;
        }
        let secret_key = variable("SECRET_KEY");
        match &secret_key {
            Some(secret) if secret.len() < SECRET_LENGTH => {
                return Err(Failure::new(format!("SECRET_KEY must have at least {SECRET_LENGTH} characters.")));
            }
            None if database_url.is_some() => {
                return Err(Failure::new(format!(
                    "SECRET_KEY is required beside DATABASE_URL: give {SECRET_LENGTH} or more random characters, the same on every node."
                )));
            }
            _ => {}
        }
        let log = given(self.log.clone()).or_else(|| variable("RUST_LOG"));
        if let Some(filter) = &log {
            EnvFilter::try_new(filter).map_err(|error| Failure::new(format!("LOG is not a log filter: {error}.")))?;
        }
        let log_json = match self.log_format.trim() {
            "" | "text" => false,
            "json" => true,
            other => return Err(Failure::new(format!("LOG_FORMAT must be text or json, not {other:?}."))),
        };
        port("AI_BIND", &self.ai_bind)?;
        let base_domain = base_domain(&self.base_domain)?;
        Ok(Settings {
            public: given(self.public_url.clone()).map(|url| public(&url, &base_domain)).transpose()?,
            cors_origins: cors_origins(self.cors_origins.as_deref().unwrap_or_default())?,
            data_dir: data_dir(self.data_dir.clone())?,
            database_url,
            secret_key,
            accepted_secrets: accepted_secrets(variable("SECRET_KEY_ACCEPTED"))?,
            base_domain,
            bind: address("BIND", &self.bind)?,
            metrics_bind: port("METRICS_BIND", &self.metrics_bind)?,
            realtime_bind: port("REALTIME_BIND", &self.realtime_bind)?,
            trusted_proxies: proxies(variable("TRUSTED_PROXIES").as_deref().unwrap_or_default())?,
            rates: rates(&variable)?,
            redis_url: redis(variable("REDIS_URL"))?,
            smtp: SmtpConfig::from_lookup(&variable).map_err(|error| Failure::new(error.to_string()))?,
            bucket: Bucket::from_lookup(variable)?,
            outbound_allow: outbound_allow(&variable("OUTBOUND_ALLOW").unwrap_or_default())?,
            dns_server: variable("DNS_SERVER").map(|text| dns_server(&text)).transpose()?,
            log,
            log_json,
            debug: flag("DEBUG", self.debug.as_deref())?,
        })
    }
}

/// Secrets parted by spaces, each as long as a secret must be.
fn accepted_secrets(given: Option<String>) -> Result<Vec<Vec<u8>>, Failure> {
    let given = given.unwrap_or_default();
    let secrets: Vec<_> = given.split_whitespace().map(|secret| secret.as_bytes().to_vec()).collect();
    if secrets.iter().any(|secret| secret.len() < SECRET_LENGTH) {
        return Err(Failure::new(format!(
            "SECRET_KEY_ACCEPTED must hold secrets of at least {SECRET_LENGTH} characters, parted by spaces."
        )));
    }
    Ok(secrets)
}

fn data_dir(dir: PathBuf) -> Result<PathBuf, Failure> {
    if dir.as_os_str().is_empty() { Err(Failure::new("DATA_DIR must name a folder.")) } else { Ok(dir) }
}

/// The owner's way into an external database.
pub(crate) fn database(url: &str) -> Result<sqlx::postgres::PgConnectOptions, Failure> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(Failure::new(
            "DATABASE_URL must begin with postgres://, such as postgres://user:password@host/name.",
        ));
    }
    url.parse().map_err(|error| Failure::new(format!("DATABASE_URL cannot be read: {error}.")))
}

fn address(name: &str, text: &str) -> Result<SocketAddr, Failure> {
    let wanted = "an address and a port such as 127.0.0.1:8000";
    text.trim().parse().map_err(|_| Failure::new(format!("{name} must be {wanted}, not {text:?}.")))
}

/// An address, or nothing when it is `off`.
fn port(name: &str, text: &str) -> Result<Option<SocketAddr>, Failure> {
    if text.trim() == "off" { Ok(None) } else { address(name, text).map(Some) }
}

fn outbound_allow(text: &str) -> Result<Allowed, Failure> {
    Allowed::parse(text).map_err(|part| {
        Failure::new(format!(
            "OUTBOUND_ALLOW must be a list of addresses, networks and host names such as 10.0.0.0/8,idp.internal, not {part:?}."
        ))
    })
}

fn proxies(text: &str) -> Result<TrustedProxies, Failure> {
    text.parse().map_err(|part| {
        Failure::new(format!(
            "TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8 between commas, which {part:?} is not."
        ))
    })
}

/// An address, with a port unless it is 53.
fn dns_server(text: &str) -> Result<SocketAddr, Failure> {
    let with_port = text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse().ok()?, 53)));
    with_port.ok_or_else(|| {
        Failure::new(format!("DNS_SERVER must be an address such as 10.0.0.2 or 10.0.0.2:53, not {text:?}."))
    })
}

fn rates(variable: &impl Fn(&str) -> Option<String>) -> Result<Rates, Failure> {
    let rate = |name: &str, usual: u32| match variable(name) {
        None => Ok(usual),
        Some(text) => text.parse().ok().filter(|rate| *rate <= 1_000_000).ok_or_else(|| {
            Failure::new(format!(
                "{name} must be a number of requests a second up to 1000000, or 0 for no limit, not {text:?}."
            ))
        }),
    };
    let usual = Rates::default();
    Ok(Rates {
        person: rate("RATE_LIMIT_PERSON", usual.person)?,
        organization: rate("RATE_LIMIT_ORGANIZATION", usual.organization)?,
        peer: rate("RATE_LIMIT_PEER", usual.peer)?,
    })
}

fn redis(url: Option<String>) -> Result<Option<String>, Failure> {
    match url {
        Some(url) if !["redis://", "redis+unix://", "unix://"].iter().any(|scheme| url.starts_with(scheme)) => {
            Err(Failure::new("REDIS_URL must begin with redis:// or redis+unix://, such as redis://127.0.0.1/."))
        }
        url => Ok(url),
    }
}

fn flag(name: &str, text: Option<&str>) -> Result<bool, Failure> {
    match text.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "0" | "false" | "no" | "off" => Ok(false),
        "1" | "true" | "yes" | "on" => Ok(true),
        _ => Err(Failure::new(format!("{name} must be true or false, not {:?}.", text.unwrap_or_default()))),
    }
}

/// A host name in the form in which hosts are compared.
fn host_name(text: &str) -> Option<String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    (name.len() <= 253 && !is_number && name.split('.').all(label)).then_some(name)
}

fn base_domain(text: &str) -> Result<String, Failure> {
    host_name(text).ok_or_else(|| {
        Failure::new(format!(
            "BASE_DOMAIN must be a host name without scheme or port such as help.example.org, not {text:?}."
        ))
    })
}

/// `PUBLIC_URL`: a scheme, the base domain and perhaps a port.
fn public(url: &str, base_domain: &str) -> Result<Public, Failure> {
    match origin(url.trim_end_matches('/')) {
        Some((https, host, port)) if host == base_domain => {
            Ok(Public { https, port: port.unwrap_or(if https { 443 } else { 80 }) })
        }
        Some((_, host, _)) => Err(Failure::new(format!(
            "PUBLIC_URL must have BASE_DOMAIN as its host: one says {host}, the other {base_domain}."
        ))),
        None => Err(Failure::new(format!(
            "PUBLIC_URL must be an address without a path such as https://help.example.org, not {url:?}."
        ))),
    }
}

/// `CORS_ORIGINS`, in the form in which browsers send them.
fn cors_origins(list: &str) -> Result<Vec<String>, Failure> {
    let listed = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    listed
        .map(|text| {
            let origin = text.to_ascii_lowercase();
            match self::origin(&origin) {
                Some((https, _, port)) if port != Some(if https { 443 } else { 80 }) => Ok(origin),
                _ => Err(Failure::new(format!(
                    "CORS_ORIGINS must list origins such as https://console.example.org, not {text:?}."
                ))),
            }
        })
        .collect()
}

/// Whether it is HTTPS, the host, and the port if there is one, of `scheme://host` or `scheme://host:port`.
fn origin(text: &str) -> Option<(bool, String, Option<u16>)> {
    let (https, rest) = match text.split_once("://")? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return None,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        _ => (rest, None),
    };
    let is_address = host.parse::<Ipv4Addr>().is_ok()
        || host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<Ipv6Addr>().is_ok());
    let host = if is_address { host.to_owned() } else { host_name(host)? };
    Some((https, host, port))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn check(flags: &[&str], variables: &[(&str, &str)]) -> Result<Settings, String> {
        let own = flags.iter().any(|flag| flag.starts_with("--database-url"));
        let first: &[&str] = if own { &["helpdesk"] } else { &["helpdesk", "--database-url="] };
        let line = Line::try_parse_from([first, flags].concat()).map_err(|error| error.to_string())?;
        let find =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        line.options.check(find).map_err(|failure| failure.to_string())
    }

    #[test]
    fn defaults_are_for_a_laptop() {
        let settings = check(&["--bind", "127.0.0.1:8000"], &[]).unwrap();
        assert_eq!(settings.bind, "127.0.0.1:8000".parse().unwrap());
        assert_eq!(settings.metrics_bind, Some("127.0.0.1:9464".parse().unwrap()));
        assert_eq!(settings.base_domain, "localhost");
        assert!(settings.smtp.is_none() && !settings.debug && !settings.log_json);
        assert!(check(&[], &[("EMAIL_HOST", "smtp.example.org")]).unwrap().smtp.is_some());
        assert!(check(&[], &[("EMAIL_HOST", " ")]).unwrap().smtp.is_none());
        assert_eq!((settings.rates, settings.redis_url), (Rates::default(), None));
        let own =
            check(&[], &[("RATE_LIMIT_PERSON", "7"), ("RATE_LIMIT_PEER", "0"), ("REDIS_URL", "redis://h")]).unwrap();
        assert_eq!((own.rates.person, own.rates.organization, own.rates.peer), (7, 500, 0));
        assert_eq!(own.redis_url.as_deref(), Some("redis://h"));
    }

    #[test]
    fn each_complaint_names_its_variable() {
        type Case = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);
        let cases: &[Case] = &[
            ("BIND", &["--bind", "8000"], &[]),
            ("BIND", &["--bind", "localhost:99999"], &[]),
            ("METRICS_BIND", &["--metrics-bind", "on"], &[]),
            ("AI_BIND", &["--ai-bind", ":x"], &[]),
            ("REALTIME_BIND", &["--realtime-bind", ""], &[]),
            ("DATABASE_URL", &["--database-url=mysql://h/d"], &[]),
            ("SECRET_KEY is required", &["--database-url=postgres://u@h/d"], &[]),
            ("SECRET_KEY must", &["--database-url=postgres://u@h/d"], &[("SECRET_KEY", "short")]),
            ("BASE_DOMAIN", &["--base-domain", "http://x"], &[]),
            ("BASE_DOMAIN", &["--base-domain", "10.0.0.1"], &[]),
            ("PUBLIC_URL", &["--public-url", "localhost"], &[]),
            ("PUBLIC_URL", &["--public-url", "https://localhost/help"], &[]),
            ("PUBLIC_URL", &["--public-url", "ftp://localhost"], &[]),
            ("PUBLIC_URL", &["--public-url", "https://a@localhost"], &[]),
            ("PUBLIC_URL", &["--public-url", "https://help.example.org"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "*"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "null"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "https://*.example.org"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "https://a.org,b.org"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "https://a.org/"], &[]),
            ("CORS_ORIGINS", &["--cors-origins", "https://a.org:443"], &[]),
            ("EMAIL_PORT", &[], &[("EMAIL_HOST", "smtp.example.org"), ("EMAIL_PORT", "x")]),
            ("OUTBOUND_ALLOW", &[], &[("OUTBOUND_ALLOW", "127.0.0.1,http://x")]),
            ("DNS_SERVER", &[], &[("DNS_SERVER", "dns.example")]),
            ("TRUSTED_PROXIES", &[], &[("TRUSTED_PROXIES", "127.0.0.1, proxy")]),
            ("RATE_LIMIT_PERSON", &[], &[("RATE_LIMIT_PERSON", "-1")]),
            ("RATE_LIMIT_ORGANIZATION", &[], &[("RATE_LIMIT_ORGANIZATION", "off")]),
            ("RATE_LIMIT_PEER", &[], &[("RATE_LIMIT_PEER", "99999999999")]),
            ("REDIS_URL", &[], &[("REDIS_URL", "rediss://h/")]),
            ("LOG_FORMAT", &["--log-format", "xml"], &[]),
            ("LOG ", &["--log", "info,[{"], &[]),
            ("DEBUG", &["--debug=maybe"], &[]),
        ];
        for (name, flags, variables) in cases {
            let sentence = check(flags, variables).map(|_| ()).unwrap_err();
            assert!(sentence.starts_with(name) && sentence.ends_with('.'), "{flags:?}: {sentence}");
            assert_eq!(sentence.lines().count(), 1);
        }
    }

    #[test]
    fn addresses_and_origins_are_read() {
        let public = |url: &str| {
            let flags = ["--base-domain", "help.example.org", "--public-url", url];
            check(&flags, &[]).unwrap().public
        };
        assert_eq!(public("https://help.example.org"), Some(Public { https: true, port: 443 }));
        assert_eq!(public("https://help.example.org:8443/"), Some(Public { https: true, port: 8443 }));
        assert_eq!(public("http://Help.example.org"), Some(Public { https: false, port: 80 }));
        assert_eq!(public(" "), None);
        let origins = |list: &str| check(&["--cors-origins", list], &[]).unwrap().cors_origins;
        let list = " https://Console.example.org, http://localhost:5173,http://[::1]:3000 ,http://127.0.0.1:3000,";
        let read =
            ["https://console.example.org", "http://localhost:5173", "http://[::1]:3000", "http://127.0.0.1:3000"];
        assert_eq!(origins(list), read);
        assert!(origins("").is_empty());
    }

    #[test]
    fn host_names_are_compared_in_one_form() {
        assert_eq!(host_name(" Help.Example.ORG. ").as_deref(), Some("help.example.org"));
        for bad in ["", ".", "a..b", "-a.b", "a.b-", "a_b.c", "help.example.org:80", "127.0.0.1", "é.org"] {
            assert_eq!(host_name(bad), None, "{bad:?}");
        }
    }
}
