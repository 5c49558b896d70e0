//! The real program, as people start it: an empty folder, one command after the other.

mod backup;
mod program;

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use self::program::{Folder, Serving, is_running, sentence};

const PASSWORD: &str = "Wärmepumpe läuft wieder";

fn login(serving: &Serving, host: &str, password: &str) -> u16 {
    let body = serde_json::json!({"email": "bo@globex.example", "password": password}).to_string();
    serving.ask("POST", host, "/api/v1/auth/login/", &body).0
}

#[test]
fn the_first_day() {
    let folder = Folder::new();
    let begin = Instant::now();
    let serving = Serving::start(&folder);
    assert!(begin.elapsed() < Duration::from_secs(20), "the first start took {:?}", begin.elapsed());
    let (status, health) = serving.ask("GET", "anything.example", "/health/", "");
    assert_eq!((status, &health["status"]), (200, &Value::from("healthy")), "{health}");
    assert_eq!(health["checks"]["mail"]["detail"], "not_configured");
    assert_eq!(serving.ask("GET", "unknown.example", "/api/v1/auth/me/", "").0, 404);

    let create = ["org", "create", "globex", "--name", "Globex", "--placement", "schema", "--json"];
    let first: Value = serde_json::from_str(&folder.ok(&create, "")).unwrap();
    let again: Value = serde_json::from_str(&folder.ok(&create, "")).unwrap();
    assert_eq!((&first["created"], &again["created"]), (&Value::from(true), &Value::from(false)));
    assert_eq!(first["organization"], again["organization"]);
    assert!(folder.ok(&["org", "create", "globex", "--name", "Globex"], "").contains("already exists"));
    let moved = folder.refused(&["org", "create", "globex", "--name", "Globex", "--placement", "shared"], "");
    assert!(moved.contains("org move globex --placement shared"), "{moved}");
    let link = folder.ok(&["org", "create", "acme", "--name", "Acme", "--admin-email", "ada@acme.example"], "");
    assert!(link.contains("http://acme.localhost") && link.contains("/set-password#"), "{link}");

    let bo = ["user", "create", "--org", "globex", "--email", "bo@globex.example", "--name", "Bo", "--role", "agent"];
    assert!(folder.refused(&bo, "short\n").contains("at least 10"));
    folder.ok(&bo, &format!("{PASSWORD}\n"));
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    assert_eq!(login(&serving, "globex.localhost", "something else entirely"), 401);
    assert_eq!(login(&serving, "acme.localhost", PASSWORD), 401);
    folder.ok(&["org", "suspend", "globex"], "");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 403);
    folder.ok(&["org", "resume", "globex"], "");
    let eve = ["user", "create", "--org", "acme", "--email", "eve@x.example", "--name", "Eve", "--role", "customer"];
    assert!(folder.ok(&eve, "").contains("/set-password#"));
    assert!(folder.ok(&["sla", "defaults", "--org", "acme"], "").contains("already"));
    assert!(folder.ok(&["doctor"], "").contains("mail catcher"));

    let postgres = folder.postgres().unwrap();
    assert!(is_running(postgres));
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
    assert!(!is_running(postgres), "PostgreSQL outlived its owner");

    let begin = Instant::now();
    let serving = Serving::start(&folder);
    assert!(begin.elapsed() < Duration::from_secs(2), "the second start took {:?}", begin.elapsed());
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    serving.signal(Signal::SIGTERM);
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn a_killed_server_loses_nothing() {
    let folder = Folder::new();
    let serving = Serving::start(&folder);
    folder.ok(&["org", "create", "acme", "--name", "Acme"], "");
    let orphan = folder.postgres().unwrap();
    serving.signal(Signal::SIGKILL);
    serving.end();
    let serving = Serving::start(&folder);
    let all: Value = serde_json::from_str(&folder.ok(&["org", "list", "--json"], "")).unwrap();
    assert_eq!(all[0]["organization"]["slug"], "acme");
    assert!(folder.postgres() == Some(orphan) || !is_running(orphan), "two servers run");
    assert_eq!(serving.ask("GET", "localhost", "/health/", "").0, 200);
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn commands_start_and_stop_the_server_themselves() {
    let folder = Folder::new();
    folder.ok(&["org", "create", "acme", "--name", "Acme"], "");
    assert_eq!(folder.postgres(), None);
    let made = folder.ok(&["operator", "create", "--email", "op@example.org"], "");
    assert!(made.contains("shown once"), "{made}");
    assert!(folder.ok(&["operator", "create", "--email", "op@example.org"], "").contains("already exists"));
    assert!(folder.ok(&["org", "list"], "").contains("http://acme.localhost"));
    let secret = std::fs::metadata(folder.0.join("secret_key")).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&secret) & 0o777, 0o600);
    assert_eq!(folder.postgres(), None);
}

#[test]
fn an_altered_audit_log_is_named() {
    let folder = Folder::new();
    let serving = Serving::start(&folder);
    folder.ok(&["org", "create", "acme", "--name", "Acme"], "");
    let verify = ["audit", "verify", "--org", "acme"];
    let begin = Instant::now();
    let found = loop {
        let json = folder.ok(&[&verify[..], &["--json"]].concat(), "");
        let found: Value = serde_json::from_str(&json).unwrap();
        if found["waiting"] == 0 {
            break found;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "nobody chains: {found}");
    };
    assert!(found["chained"].as_i64().unwrap() > 0, "{found}");
    assert_eq!((&found["findings"], &found["chained"]), (&serde_json::json!([]), &found["last_seq"]));
    folder.sql("update shared.audit_log set actor_name = 'Nobody' where id = (select entry_id from shared.audit_chain where seq = 1)");
    let output = folder.command(&verify).stdin(Stdio::null()).output().unwrap();
    assert!(sentence(&output).contains("not what was written: 1 altered"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("altered row 1 aud_") && text.contains("Public key"), "{text}");
    assert!(folder.refused(&["audit", "verify", "--org", "nobody"], "").contains("nobody"));
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn an_organization_is_moved_taken_away_and_brought_back() {
    let folder = Folder::new();
    let serving = Serving::start(&folder);
    folder.ok(&["org", "create", "globex", "--name", "Globex"], "");
    let bo = ["user", "create", "--org", "globex", "--email", "bo@globex.example", "--name", "Bo", "--role", "agent"];
    folder.ok(&bo, &format!("{PASSWORD}\n"));
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    for (placement, says) in [("schema", "moved from shared"), ("schema", "already"), ("shared", "to shared")] {
        let moved = folder.ok(&["org", "move", "globex", "--placement", placement], "");
        assert!(moved.contains(says), "{moved}");
        assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    }
    let file = folder.0.join("globex.tar");
    let file = file.to_str().unwrap();
    assert!(folder.ok(&["org", "export", "globex", file], "").contains("Keep it safe"));
    assert!(folder.refused(&["org", "export", "globex", file], "").contains("exists already"));
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(file).unwrap()) & 0o777, 0o600);
    assert!(folder.refused(&["org", "import", file], "").contains("here already"));
    folder.ok(&["org", "delete", "globex"], "");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 403);
    assert!(folder.ok(&["org", "list"], "").contains("deleting after"));
    assert!(folder.refused(&["org", "resume", "globex"], "").contains("restore"));
    folder.ok(&["org", "restore", "globex"], "");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    assert!(folder.ok(&["org", "delete", "globex", "--now"], "").contains("for good"));
    assert!(folder.refused(&["org", "restore", "globex"], "").contains("no organization"));
    assert!(folder.refused(&["org", "create", "globex", "--name", "Eve"], "").contains("free again"));
    assert!(folder.refused(&["org", "import", "no-such-file.tar"], "").contains("cannot be read"));
    let imported = folder.ok(&["org", "import", file, "--placement", "schema"], "");
    assert!(imported.contains("http://globex.localhost"), "{imported}");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn what_cannot_work_is_said_in_one_sentence() {
    let folder = Folder::new();
    let with = |variable: &str, value: &str, arguments: &[&str]| {
        sentence(&folder.command(arguments).env(variable, value).stdin(Stdio::null()).output().unwrap())
    };
    assert!(with("BIND", "8000", &["serve"]).contains("BIND"));
    assert!(with("DATABASE_URL", "postgres://a@127.0.0.1:1/b", &["migrate"]).contains("SECRET_KEY is required"));
    assert!(folder.refused(&["org", "create", "www", "--name", "W"], "").contains("reserved"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(folder.refused(&["serve", "--bind", &address], "").contains("in use"));
    assert!(!folder.0.exists(), "nothing was started");
}

#[test]
fn the_api_is_described_without_a_database() {
    let folder = Folder::new();
    let document: Value = serde_json::from_str(&folder.ok(&["openapi"], "")).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(folder.ok(&["openapi", "--permissions"], "").contains("users_create"));
    assert!(!folder.0.exists());
}
