//! Every operation that changes something leaves a line in the audit log, and no secret in it.

use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::{
    calls::{PEER, Walk, changing},
    things::Things,
};
use crate::{harness::TestApp, identity::domains::NameServer};

/// Operations that change nothing worth a line, and why.
const EXCEPTIONS: [(&str, &str); 12] = [
    ("auth_oidc_begin", "sends a browser away; what comes of it is told when it is back"),
    ("auth_oidc_link", "the same"),
    ("auth_oidc_complete", "needs a sign-in under way; what it leaves stands in the tests of identity providers"),
    ("identity_providers_test", "asks a provider and changes nothing"),
    ("auth_refresh", "goes on with a session; its begin and end are told, and its theft"),
    ("tickets_drafts_put", "unfinished words that nobody but their author sees, every few seconds"),
    ("tickets_drafts_delete", "the same"),
    ("mail_templates_preview", "shows a text and writes nothing"),
    ("notifications_read", "reading state, as of tickets"),
    ("notifications_read_all", "the same"),
    ("realtime_ticket", "opens a socket that shows nothing; pages do so at every start and after every gap"),
    ("tickets_read", "reading state: what somebody has seen on a screen, every few seconds"),
];

/// A line, as stored.
#[derive(Debug, FromRow)]
struct Line {
    action: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    ip: Option<String>,
    entity_id: Option<Uuid>,
}

async fn lines_of(app: &TestApp, request: &str) -> Vec<Line> {
    let sql = format!(
        "select action, actor_kind, actor_id, actor_name, ip, entity_id from {}.audit_log
          where organization_id = $1 and request_id = $2 order by id",
        app.world.a.organization.schema_name
    );
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(app.world.a.organization.id.0)
        .bind(request)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_change_leaves_a_line() {
    let mut names = NameServer::new();
    let app = TestApp::with(|state| state.dns = names.dns()).await;
    let (things, _) = Things::of_both(&app).await;
    let mut walk = Walk::begin(&app, things).await;
    names.prove(&walk.admin).await;
    let changing = changing();
    for (name, _) in EXCEPTIONS {
        assert!(changing.iter().any(|operation| operation.name == name), "{name} is no operation any more");
    }
    for operation in &changing {
        if EXCEPTIONS.iter().any(|(name, _)| *name == operation.name) {
            continue;
        }
        let name = operation.name;
        let answer = walk.call(&app, operation).await.send().await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!(answer.status.is_success(), "{name}: give it a call that works: {} {text}", answer.status);
        if name == "api_keys_create" || name.starts_with("auth_otp_") && !answer.bytes.is_empty() {
            let shown = answer.json();
            let codes = shown["recovery_codes"].as_array().into_iter().flatten();
            walk.secrets.extend(codes.chain([&shown["secret"]]).filter_map(Value::as_str).map(str::to_owned));
            walk.secrets.extend(shown["key"].as_str().and_then(|key| key.rsplit('_').next()).map(str::to_owned));
        }
        if operation.name == "auth_password_reset" {
            // Only a job looks at who it is about.
            app.run_jobs().await;
        }
        let lines = lines_of(&app, answer.headers["x-request-id"].to_str().unwrap()).await;
        assert!(!lines.is_empty(), "{name} leaves nothing in the audit log");
        for line in lines {
            let is_somebody = line.actor_id.is_some() && line.actor_kind != "system" && !line.actor_name.is_empty();
            let is_nobody = operation.needs.is_none() && line.actor_kind == "anonymous";
            assert!(is_somebody || is_nobody, "{name}: {line:?}");
            assert_eq!(line.ip.as_deref(), Some(PEER), "{name}: {line:?}");
            assert!(line.entity_id.is_some(), "{name}: {line:?}");
            let (noun, verb) = line.action.split_once('.').unwrap_or_else(|| panic!("{name}: {line:?}"));
            assert!(!noun.is_empty() && verb.ends_with(|end: char| end.is_ascii_lowercase()), "{name}: {line:?}");
        }
    }
    app.run_jobs().await;
    nothing_secret(&app, &walk).await;
    wire_ids(&app).await;
}

/// Passwords, tokens and hashes stand in no line, in no form.
async fn nothing_secret(app: &TestApp, walk: &Walk) {
    let schema = &app.world.a.organization.schema_name;
    let mut superuser = app.database.superuser().await;
    let hashes = format!(
        "select password_hash from {schema}.users where password_hash is not null
         union select password_hash from {schema}.customers where password_hash is not null
         union select encode(hash, 'hex') from {schema}.refresh_tokens union select encode(hash, 'hex') from {schema}.links
         union select encode(hash, 'hex') from {schema}.api_keys union select encode(hash, 'hex') from {schema}.recovery_codes
         union select encode(hash, 'base64') from {schema}.refresh_tokens union select encode(hash, 'base64') from {schema}.links"
    );
    let mut secrets: Vec<String> = sqlx::query_scalar(AssertSqlSafe(hashes)).fetch_all(&mut superuser).await.unwrap();
    assert!(secrets.len() >= 6, "{secrets:?}");
    secrets.extend(walk.secrets.iter().cloned());
    secrets.extend(["another horse battery", "the secret of all tests", "$argon2"].map(str::to_owned));
    let all = format!("select l::text from {schema}.audit_log l");
    let all: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut superuser).await.unwrap();
    assert!(all.len() >= 60, "{}", all.len());
    for line in all {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} stands in {line}");
        }
    }
}

/// Every kind of thing is known by the prefix of its ids.
async fn wire_ids(app: &TestApp) {
    let mut next = Some("/audit-log/?page_size=100".to_owned());
    while let Some(path) = next {
        let page = app.admin().get(&path).await.ok();
        for line in page["results"].as_array().unwrap() {
            let ids = [&line["entity"]["id"], &line["actor"]["id"]];
            for id in ids.into_iter().filter_map(Value::as_str) {
                assert!(id.len() == 30 && id.as_bytes()[3] == b'_', "add the kind to kernel::id: {line}");
            }
            assert!(line["chained"]["seq"].is_i64(), "{line}");
        }
        next = page["next"].as_str().map(str::to_owned);
    }
}
