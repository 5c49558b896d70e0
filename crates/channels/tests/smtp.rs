//! The SMTP client against a real SMTP server (aiosmtpd).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use channels::mail::smtp::{SendError, Smtp, SmtpConfig, SmtpTls};

/// A running server; ends with the value.
struct Sink {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Sink {
    fn start(name: &str, login: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("smtp-sink-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // Debian's Python: python3-aiosmtpd is installed there.
        let mut child = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_sink.py"))
            .arg(&folder)
            .args(login)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { child, port, folder }
    }

    fn client(&self, user: Option<&str>, password: Option<&str>, tls: SmtpTls) -> Smtp {
        Smtp::new(SmtpConfig {
            host: "127.0.0.1".into(),
            port: self.port,
            tls,
            user: user.map(str::to_owned),
            password: password.map(str::to_owned),
        })
        .unwrap()
    }

    fn mail(&self, number: u32) -> String {
        std::fs::read_to_string(self.folder.join(format!("{number}.eml"))).unwrap()
    }

    fn envelope(&self, number: u32) -> String {
        std::fs::read_to_string(self.folder.join(format!("{number}.env"))).unwrap()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // The server may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn to(list: &[&str]) -> Vec<String> {
    list.iter().map(|address| (*address).to_owned()).collect()
}

#[tokio::test]
async fn mails_arrive_byte_for_byte_and_answers_are_told_apart() {
    let sink = Sink::start("plain", &[]);
    let client = sink.client(None, None, SmtpTls::Off);
    let raw = b"Subject: x\r\n\r\n.\r\n..\r\nsmuggle\n.\nMAIL FROM:<evil@x>\r.\r\nend\r\n";
    let answer = client.send("support@example.com", &to(&["bob@x.example", "carol@x.example"]), raw).await.unwrap();
    assert!(answer.contains("kept as 1"), "{answer}");
    assert_eq!(sink.envelope(1), "support@example.com\nbob@x.example\ncarol@x.example");
    assert_eq!(sink.mail(1), "Subject: x\r\n\r\n.\r\n..\r\nsmuggle\r\n.\r\nMAIL FROM:<evil@x>\r\n.\r\nend\r\n");
    let refused = client.send("a@x.example", &to(&["nobody@x.example"]), raw).await;
    assert!(matches!(&refused, Err(SendError::Permanent(text)) if text.contains("no such user")), "{refused:?}");
    let later = client.send("a@x.example", &to(&["later@x.example"]), raw).await;
    assert!(matches!(&later, Err(SendError::Temporary(text)) if text.contains("try again")), "{later:?}");
    // The connection is usable again after refusals, also for a null sender.
    client.send("", &to(&["bob@x.example"]), raw).await.unwrap();
    assert_eq!(sink.envelope(2), "<>\nbob@x.example");
    let bad = client.send("a@x.example", &to(&["a@x>\r\nDATA"]), raw).await;
    assert!(matches!(bad, Err(SendError::Permanent(_))), "{bad:?}");
}

#[tokio::test]
async fn twenty_mails_at_once_and_a_large_one() {
    let sink = Sink::start("many", &[]);
    let client = std::sync::Arc::new(sink.client(None, None, SmtpTls::Off));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let client = client.clone();
        tasks.spawn(async move {
            let raw = format!("Subject: {number}\r\n\r\nx\r\n");
            client.send("a@x.example", &to(&["bob@x.example"]), raw.as_bytes()).await
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap().unwrap();
    }
    let large = "0123456789abcdef0123456789abcdef\r\n".repeat(300_000);
    let started = Instant::now();
    client.send("a@x.example", &to(&["bob@x.example"]), large.as_bytes()).await.unwrap();
    println!("10 MB sent in {:?}", started.elapsed());
    assert_eq!(sink.mail(21).len(), large.len());
}

#[tokio::test]
async fn login_and_connection_problems_are_temporary() {
    let sink = Sink::start("login", &["helpdesk", "right"]);
    let raw = b"Subject: x\r\n\r\nx\r\n";
    let recipients = to(&["bob@x.example"]);
    let good = sink.client(Some("helpdesk"), Some("right"), SmtpTls::Off);
    good.send("a@x.example", &recipients, raw).await.unwrap();
    let wrong = sink.client(Some("helpdesk"), Some("wrong"), SmtpTls::Off);
    let error = wrong.send("a@x.example", &recipients, raw).await;
    assert!(matches!(&error, Err(SendError::Temporary(text)) if text.contains("login")), "{error:?}");
    let anonymous = sink.client(None, None, SmtpTls::Off);
    let error = anonymous.send("a@x.example", &recipients, raw).await;
    assert!(matches!(&error, Err(SendError::Temporary(_))), "{error:?}");
    // Without STARTTLS on the other side nothing is sent in the clear.
    let tls = sink.client(None, None, SmtpTls::StartTls);
    let error = tls.send("a@x.example", &recipients, raw).await;
    assert!(error.is_err(), "{error:?}");
    assert!(!sink.folder.join("2.eml").exists());
    let port = sink.port;
    drop(sink);
    let gone = Smtp::new(SmtpConfig { host: "127.0.0.1".into(), port, tls: SmtpTls::Off, user: None, password: None })
        .unwrap();
    let error = gone.send("a@x.example", &recipients, raw).await;
    assert!(matches!(&error, Err(SendError::Temporary(_))), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_times_out_and_the_next_mail_goes_through() {
    let sink = Sink::start("slow", &[]);
    let client = sink.client(None, None, SmtpTls::Off).with_timeout(Duration::from_secs(2));
    let raw = b"Subject: x\r\n\r\nx\r\n";
    let started = Instant::now();
    let error = client.send("a@x.example", &to(&["slow@x.example"]), raw).await;
    let took = started.elapsed();
    println!("gave up after {took:?}");
    assert!(matches!(&error, Err(SendError::Temporary(_))), "{error:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    client.send("a@x.example", &to(&["bob@x.example"]), raw).await.unwrap();
    assert_eq!(sink.envelope(1), "a@x.example\nbob@x.example");
}
