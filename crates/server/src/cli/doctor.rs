//! `doctor`: checks of an installation, and what to do about each that fails. Changes nothing.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;
use web::AppState;

use super::{Run, output::table};
use crate::{boot, boot::Ground, config::Settings, failure::Failure, health, secret};

/// One line of the answer.
struct Finding {
    check: &'static str,
    /// `ok`, `warning` or `broken`.
    level: &'static str,
    detail: String,
}

fn ok(check: &'static str, detail: impl Into<String>) -> Finding {
    Finding { check, level: "ok", detail: detail.into() }
}

fn warning(check: &'static str, detail: impl Into<String>) -> Finding {
    Finding { check, level: "warning", detail: detail.into() }
}

fn broken(check: &'static str, detail: impl Into<String>) -> Finding {
    Finding { check, level: "broken", detail: detail.into() }
}

/// Says `good`, or what went wrong.
fn judge(check: &'static str, good: &str, result: Result<(), Failure>) -> Finding {
    result.map_or_else(|failure| broken(check, failure.to_string()), |()| ok(check, good))
}

pub(super) async fn run(run: &Run) -> Result<(), Failure> {
    let settings = &run.settings;
    let mut findings = Vec::new();
    match Box::pin(Ground::reach(settings)).await {
        Err(failure) => findings.push(broken("database", failure.to_string())),
        Ok(ground) => {
            findings.extend(Box::pin(database(&ground, settings)).await);
            ground.leave().await?;
        }
    }
    findings.extend(folder(settings));
    findings.push(if settings.smtp.is_some() {
        ok("mail", "A mail server is configured.")
    } else {
        warning("mail", "No mail server is configured; mails go to the mail catcher.")
    });
    let is_broken = findings.iter().any(|finding| finding.level == "broken");
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| vec![finding.level.to_owned(), finding.check.to_owned(), finding.detail.clone()])
        .collect();
    let checks: Vec<_> = findings
        .iter()
        .map(|finding| json!({"check": finding.check, "status": finding.level, "detail": finding.detail}))
        .collect();
    run.out.say(&table(&rows), &json!({"ok": !is_broken, "checks": checks}));
    if is_broken { Err(Failure::new("This installation does not work as it should.")) } else { Ok(()) }
}

async fn database(ground: &Ground, settings: &Settings) -> Vec<Finding> {
    let (major, minor) = (ground.version / 10_000, ground.version % 10_000);
    let mut findings = vec![match boot::check_version(ground.version) {
        Ok(None) => ok("database", format!("PostgreSQL {major}.{minor} answers.")),
        Ok(Some(old)) => warning("database", old),
        Err(failure) => broken("database", failure.to_string()),
    }];
    let behind = db::behind(&ground.owner).await.map_err(Failure::from);
    let is_current = matches!(&behind, Ok(schemas) if schemas.is_empty());
    findings.push(match behind {
        Ok(schemas) if schemas.is_empty() => ok("migrations", "Every schema is current."),
        Ok(schemas) => broken("migrations", format!("Run `helpdesk migrate`: {} is behind.", schemas.join(", "))),
        Err(failure) => broken("migrations", failure.to_string()),
    });
    if !is_current {
        return findings;
    }
    let role = db::admin::check_runtime_role(&ground.runtime).await.map_err(Failure::from);
    findings.push(judge("runtime role", "It cannot step over row-level security.", role));
    match ground.state(settings, settings.bind.port(), false).await {
        Ok(state) => findings.extend(product(&state).await),
        Err(failure) => findings.push(broken("storage", failure.to_string())),
    }
    findings
}

async fn product(state: &AppState) -> Vec<Finding> {
    let probe = timeout(Duration::from_secs(10), health::probe(state.files.as_ref(), &state.config.node)).await;
    let probe = match probe {
        Ok(probed) => probed.map_err(Failure::from),
        Err(_) => Err(Failure::new("The file store does not answer.")),
    };
    let storage = judge("storage", "Files can be written, read and deleted.", probe);
    let jobs = match db::jobs::state(&state.db).await {
        Err(error) => broken("jobs", Failure::from(error).to_string()),
        Ok(queue) if queue.dead > 0 => {
            warning("jobs", format!("{} dead: look at them and run them again; {} due.", queue.dead, queue.due))
        }
        Ok(queue) => ok("jobs", format!("{} due, none dead.", queue.due)),
    };
    state.db.close().await;
    vec![storage, jobs]
}

fn folder(settings: &Settings) -> Vec<Finding> {
    let dir = &settings.data_dir;
    let writable = judge("data folder", &format!("{} can be written.", dir.display()), boot::check_writable(dir));
    let key_file = secret::key_file(dir);
    let key = if settings.secret_key.is_some() {
        ok("secret", "SECRET_KEY is set.")
    } else if key_file.is_file() {
        ok("secret", format!("It lies in {}; keep a copy elsewhere.", key_file.display()))
    } else {
        broken("secret", format!("{} is missing.", key_file.display()))
    };
    vec![writable, key]
}
