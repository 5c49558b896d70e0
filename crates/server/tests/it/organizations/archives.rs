//! An organization as a file: what leaves is what comes in, and nothing that is not as it must be.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use db::{
    catalog,
    operators::By,
    placement::Placement,
    platform::{self, Organization},
    removal,
};
use kernel::AppError;
use serde_json::{Value, json};
use server::{
    archive::{self, BLANKED, Imported, KEPT, LEFT_OUT, Manifest, PLAIN_BYTES},
    compose, organizations, pages,
};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::{acme, load::Load, schema_exists, sums};
use crate::{
    guards::things::{PRIVATE, Things},
    harness::{Client, Ground, TestApp, database::Database, world::PASSWORD},
};

async fn export(state: &web::AppState, organization: &Organization, path: &Path, with_passwords: bool) -> Manifest {
    let (progress, heard) = tokio::sync::watch::channel(0);
    let manifest = archive::export(state, organization.id, path, with_passwords, &progress).await.unwrap();
    assert_eq!(*heard.borrow(), if manifest.objects.count > 0 { 100 } else { 50 });
    manifest
}

/// What of a manifest is the organization, and not the moment of writing.
fn content(manifest: &Manifest) -> Value {
    let mut value = serde_json::to_value(manifest).unwrap();
    value.as_object_mut().unwrap().remove("made_at");
    value
}

fn client(ground: &Ground, slug: &str, token: Option<String>) -> Client {
    let service = compose::service(&ground.state, pages::router());
    Client { service, host: format!("{slug}.localhost"), token, key: None, peer: None, forbidden: "CANARY-B" }
}

async fn signed_in(ground: &Ground, slug: &str) -> Client {
    let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
    let answer = client(ground, slug, None).post("/auth/login/", login).await.ok();
    client(ground, slug, answer["access"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn what_leaves_comes_in_and_leaves_again_the_same() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    app.run_jobs().await;
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first.tar");
    let written = export(&app.state, &acme(&app).await, &first, true).await;
    assert!(written.tables.iter().all(|part| KEPT.contains(&part.name.as_str())));
    assert!(written.tables.iter().filter(|part| part.rows > 0).count() > 15 && written.objects.count >= 2);
    let text = String::from_utf8_lossy(&std::fs::read(&first).unwrap()).into_owned();
    assert!(text.contains("CANARY-A") && text.contains("$argon2") && !text.contains("CANARY-B"));
    for (table, _) in LEFT_OUT {
        assert!(!text.contains(&format!("rows/{table}.ndjson")), "{table}");
    }
    for (slug, placement) in [(None, Placement::Shared), (None, Placement::Schema), (Some("acme-2"), Placement::Shared)]
    {
        let ground = Ground::new().await;
        // Another installation makes other ids; the tests' are made of a seed and the time.
        ground.clock.advance(TimeDelta::days(1));
        let imported = archive::import(&ground.state, &first, slug, placement).await.unwrap();
        let slug = slug.unwrap_or("acme");
        assert_eq!((imported.organization, imported.slug.as_str()), (app.world.a.organization.id, slug));
        let here = platform::find_by_slug(&ground.state.db, slug).await.unwrap().unwrap();
        assert_eq!(here.schema_name, placement.schema_of(here.id));
        let second = folder.path().join("second.tar");
        let again = export(&ground.state, &here, &second, true).await;
        if slug == "acme" {
            assert_eq!(content(&again), content(&written));
        }
        // It works: the same password, tickets, search, files; the next number.
        let agent = signed_in(&ground, slug).await;
        let ticket = own.fill("/api/v1/tickets/{id}/");
        assert_eq!(agent.get(&ticket).await.ok()["subject"], app.agent().get(&ticket).await.ok()["subject"]);
        let (here, there) =
            (agent.get("/tickets/?search=words").await.ok(), app.agent().get("/tickets/?search=words").await.ok());
        assert!(here["count"] == there["count"] && there["count"].as_i64().unwrap() > 0);
        let link = agent.get(&own.fill("/api/v1/files/{id}/")).await;
        let file = agent.get(link.headers["location"].to_str().unwrap()).await;
        assert_eq!(&file.bytes[..], format!("CANARY-A {PRIVATE} file").as_bytes());
        let highest =
            app.agent().get("/tickets/?ordering=-number").await.ok()["results"][0]["number"].as_i64().unwrap();
        let next = agent.post("/tickets/", json!({ "subject": "CANARY-A next" })).await.created();
        assert_eq!(next["number"], highest + 1);
        let mailbox = format!("support@{slug}.localhost");
        assert!(platform::of_mail_address(&ground.state.db, &mailbox).await.unwrap().is_some(), "{mailbox}");
        assert_eq!(platform::of_login(&ground.state.db, "agent@acme.test").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_organization_that_was_removed_comes_back() {
    let app = TestApp::start().await;
    Things::of_both(&app).await;
    app.run_jobs().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.tar");
    let before = export(&app.state, &acme(&app).await, &file, true).await;
    let known = archive::import(&app.state, &file, Some("other"), Placement::Shared).await.map(|_| ()).unwrap_err();
    assert!(known.to_string().contains("here already, as acme"), "{known}");
    let deletion = removal::delete(&app.state.db, &By::default(), "acme", true).await.unwrap();
    organizations::remove(&app.state, &deletion).await.unwrap();
    let taken = archive::import(&app.state, &file, Some("globex"), Placement::Shared).await.map(|_| ()).unwrap_err();
    assert!(taken.to_string().contains("another organization globex"), "{taken}");
    // Its own slug is kept from others, not from it.
    let theirs =
        sums(&mut app.database.superuser().await, &app.world.b.organization.schema_name, &app.world.b.organization)
            .await;
    archive::import(&app.state, &file, None, Placement::Shared).await.unwrap();
    let again = export(&app.state, &acme(&app).await, &folder.path().join("again.tar"), true).await;
    assert_eq!(content(&again), content(&before));
    let now =
        sums(&mut app.database.superuser().await, &app.world.b.organization.schema_name, &app.world.b.organization)
            .await;
    assert_eq!(now, theirs);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_rows_are_of_one_moment() {
    let app = TestApp::start().await;
    let load = Load::start(&app);
    load.tickets(10).await;
    let folder = tempfile::tempdir().unwrap();
    let ground = Ground::new().await;
    for round in 0..3_usize {
        load.tickets(12 + round * 4).await;
        let file = folder.path().join(format!("{round}.tar"));
        export(&app.state, &acme(&app).await, &file, false).await;
        // References, files and the counter are looked at.
        archive::import(&ground.state, &file, None, Placement::Shared).await.unwrap();
        let deletion = removal::delete(&ground.state.db, &By::default(), "acme", true).await.unwrap();
        organizations::remove(&ground.state, &deletion).await.unwrap();
    }
    load.stop(&app).await;
}

#[tokio::test]
async fn what_was_under_way_is_not_lost_and_not_sent_twice() {
    let app = TestApp::start().await;
    let new = json!({ "subject": "CANARY-A", "customer_email": "nora@example.org", "customer_name": "CANARY-A Nora" });
    let ticket = app.agent().post("/tickets/", new).await.created();
    app.run_jobs().await;
    let reply = format!("/tickets/{}/messages/", ticket["id"].as_str().unwrap());
    let message = app.agent().post(&reply, json!({ "body": "CANARY-A reply" })).await.created();
    let raw = b"From: cleo@acme.example\r\nSubject: CANARY-A mail\r\nMessage-ID: <m@x>\r\n\r\nCANARY-A\r\n".to_vec();
    channels::intake::receive(&app.state, "support@acme.localhost", raw.into()).await.unwrap();
    let mut superuser = app.database.superuser().await;
    sqlx::query(AssertSqlSafe(format!("update {}.outgoing_mails set state = 'queued'", acme(&app).await.schema_name)))
        .execute(&mut superuser)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.tar");
    export(&app.state, &acme(&app).await, &file, true).await;
    let ground = Ground::new().await;
    archive::import(&ground.state, &file, None, Placement::Shared).await.unwrap();
    let mailer = compose::mailer(&ground.state.config, None).unwrap();
    compose::registry(&ground.state, &mailer).drain(&ground.state.db, "test").await.unwrap();
    let agent = signed_in(&ground, "acme").await;
    let shown = agent.get(&reply).await.ok();
    let shown = shown["results"].as_array().unwrap().iter().find(|each| each["id"] == message["id"]).unwrap().clone();
    assert_eq!(shown["delivery"]["state"], "failed", "{shown}");
    agent.post(&format!("/messages/{}/retry/", message["id"].as_str().unwrap()), json!({})).await;
    // The mail that had come in became a ticket.
    assert_eq!(agent.get("/tickets/?search=mail").await.ok()["count"], 1);
    app.run_jobs().await;
}

/// The entries of an archive, which can be changed and written again.
#[derive(Clone)]
struct Entries(Vec<(String, Vec<u8>)>);

impl Entries {
    fn read(path: &Path) -> Self {
        let mut tar = tar::Archive::new(std::fs::File::open(path).unwrap());
        let read = |entry: std::io::Result<tar::Entry<'_, std::fs::File>>| {
            let (mut entry, mut bytes) = (entry.unwrap(), Vec::new());
            entry.read_to_end(&mut bytes).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
        };
        Self(tar.entries().unwrap().map(read).collect())
    }

    fn of(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.0.iter_mut().find(|(entry, _)| entry == name).unwrap_or_else(|| panic!("no {name}")).1
    }

    fn manifest(&mut self, change: impl FnOnce(&mut Value)) {
        let bytes = self.of("manifest.json");
        let mut value = serde_json::from_slice(bytes).unwrap();
        change(&mut value);
        *bytes = value.to_string().into_bytes();
    }

    /// Changes the rows of a table, and makes the manifest agree.
    fn rows(&mut self, table: &str, change: impl FnOnce(&mut Vec<Value>)) {
        let bytes = self.of(&format!("rows/{table}.ndjson"));
        let mut rows = bytes
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        change(&mut rows);
        *bytes = rows.iter().map(|row| format!("{row}\n")).collect::<String>().into_bytes();
        let (count, length, sha256) = (rows.len(), bytes.len(), hex(bytes));
        self.manifest(|manifest| {
            let parts = manifest["tables"].as_array_mut().unwrap();
            let part = parts.iter_mut().find(|part| part["name"] == table).unwrap();
            (part["rows"], part["bytes"], part["sha256"]) = (json!(count), json!(length), json!(sha256));
        });
    }

    fn write(&self, path: &Path) {
        let mut bytes = Vec::new();
        for (name, content) in &self.0 {
            let mut header = tar::Header::new_ustar();
            // Names that the library would not write.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(if name == "link" { tar::EntryType::Symlink } else { tar::EntryType::Regular });
            header.set_size(content.len() as u64);
            header.set_mode(0o600);
            header.set_cksum();
            bytes.write_all(header.as_bytes()).unwrap();
            bytes.write_all(content).unwrap();
            bytes.resize(bytes.len().next_multiple_of(512), 0);
        }
        bytes.resize(bytes.len() + 1024, 0);
        std::fs::write(path, Cursor::new(bytes).into_inner()).unwrap();
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nothing of organization A is on this installation.
async fn assert_untouched(ground: &Ground, organization: &Organization, what: &str) {
    use futures_util::StreamExt;
    let mut superuser = ground.database.superuser().await;
    assert!(platform::list(&ground.state.db).await.unwrap().is_empty(), "{what}: an organization");
    let left = sums(&mut superuser, "shared", organization).await;
    assert!(left.values().all(|(count, _)| *count == 0), "{what}: {left:?}");
    assert!(!schema_exists(&mut superuser, &Placement::Schema.schema_of(organization.id)).await, "{what}: a schema");
    let objects = ground.state.files.list(None).count().await;
    assert_eq!(objects, 0, "{what}: files");
    for table in ["logins", "mail_addresses", "jobs", "released_names"] {
        let sql = format!("select count(*) from platform.{table}");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut superuser).await.unwrap();
        assert_eq!(count, 0, "{what}: {table}");
    }
}

type Damage = (&'static str, &'static str, fn(&mut Entries));

/// What is done to a good archive, and what the refusal says.
const DAMAGES: &[Damage] = &[
    ("a changed row", "not those that its manifest names", |it| {
        let rows = it.of("rows/tickets.ndjson");
        let at = rows.windows(6).position(|word| word == b"CANARY").unwrap();
        rows[at] = b'X';
    }),
    ("a missing row", "not those that its manifest names", |it| it.of("rows/users.ndjson").clear()),
    ("a changed file", "its files are not those", |it| {
        let object = it.0.iter_mut().find(|(name, _)| name.starts_with("objects/")).unwrap();
        object.1[0] ^= 1;
    }),
    ("a file too many", "its files are not those", |it| it.0.push(("objects/files/more".to_owned(), b"x".to_vec()))),
    ("no manifest", "no manifest", |it| it.0.retain(|(name, _)| name != "manifest.json")),
    ("two manifests", "two manifests", |it| {
        let manifest = it.0.last().unwrap().clone();
        it.0.push(manifest);
    }),
    ("another format", "no archive of an organization", |it| it.manifest(|m| m["format"] = json!("something else"))),
    ("a later version", "another version", |it| it.manifest(|m| m["version"] = json!(2))),
    ("an unknown field", "manifest is wrong", |it| it.manifest(|m| m["more"] = json!(1))),
    ("a part that is missing", "is missing", |it| it.0.retain(|(name, _)| name != "rows/teams.ndjson")),
    ("a part twice", "there twice", |it| {
        let part = it.0.iter().find(|(name, _)| name == "rows/teams.ndjson").unwrap().clone();
        it.0.insert(0, part);
    }),
    ("something else", "nobody knows", |it| it.0.insert(0, ("readme".to_owned(), b"x".to_vec()))),
    ("a way out", "no name of a part", |it| it.0.insert(0, ("../../etc/passwd".to_owned(), b"x".to_vec()))),
    ("another way out", "no name of a part", |it| it.0.insert(0, ("objects/../x".to_owned(), b"x".to_vec()))),
    ("a symbolic link", "something else than plain files", |it| it.0.insert(0, ("link".to_owned(), Vec::new()))),
    ("an unknown table", "knows no table", |it| {
        it.manifest(|m| m["tables"][0]["name"] = json!("no_such_table"));
    }),
    ("a table that stays at home", "knows no table", |it| it.manifest(|m| m["tables"][0]["name"] = json!("sessions"))),
    ("an unknown column", "knows no column", |it| {
        it.manifest(|m| m["tables"][0]["columns"].as_array_mut().unwrap().push(json!("no_such_column")));
    }),
    ("a column that does more", "knows no column", |it| {
        it.manifest(|m| m["tables"][0]["columns"].as_array_mut().unwrap().push(json!("id) select 1; --")));
    }),
    ("a generated column", "knows no column", |it| {
        it.manifest(|m| {
            let parts = m["tables"].as_array_mut().unwrap();
            let part = parts.iter_mut().find(|part| part["name"] == "tickets").unwrap();
            part["columns"].as_array_mut().unwrap().push(json!("search"));
        });
    }),
    ("no key", "incomplete or doubled", |it| it.manifest(|m| m["tables"][0]["columns"] = json!(["action"]))),
    ("a column twice", "incomplete or doubled", |it| {
        it.manifest(|m| m["tables"][0]["columns"].as_array_mut().unwrap().push(json!("id")));
    }),
    ("no people", "users is missing", |it| {
        it.manifest(|m| m["tables"].as_array_mut().unwrap().retain(|part| part["name"] != "users"));
    }),
    ("a row with more", "other columns", |it| it.rows("teams", |rows| rows[0]["more"] = json!(1))),
    ("a row of somebody else", "belongs to another organization", |it| {
        it.rows("teams", |rows| rows[0]["organization_id"] = json!("01900000-0000-7000-8000-000000000001"));
    }),
    ("a file of somebody else", "file of somebody else", |it| {
        it.rows("files", |rows| rows[0]["object_key"] = json!("00000000000000000000000001/files/x"));
    }),
    ("a file that is not there", "names a file that is not there", |it| {
        it.rows("files", |rows| {
            let key = rows[0]["object_key"].as_str().unwrap().to_owned() + "x";
            rows[0]["object_key"] = json!(key);
        });
    }),
    ("a dangling reference", "refers to a row of teams that is not there", |it| it.rows("teams", Vec::clear)),
    ("a dangling person", "refers to a row of users that is not there", |it| {
        it.rows("users", |rows| rows.retain(|row| row["email"] != "agent@acme.test"));
    }),
    ("a broken rule", "break a rule", |it| it.rows("tickets", |rows| rows[0]["priority"] = json!("huge"))),
    ("a number twice", "break a rule", |it| {
        it.rows("tickets", |rows| {
            let number = rows[0]["number"].clone();
            rows[1]["number"] = number;
        });
    }),
    ("a text that cannot be stored", "break a rule", |it| {
        it.rows("tickets", |rows| rows[0]["subject"] = json!("a\0b"))
    }),
    ("a counter that counts again", "do not fit", |it| {
        it.rows("organization_settings", |rows| rows[0]["next_ticket_number"] = json!(1))
    }),
    ("no settings", "do not fit", |it| it.rows("organization_settings", Vec::clear)),
    ("a slug that is none", "slug", |it| it.manifest(|m| m["organization"]["slug"] = json!("www"))),
    ("a mailbox of the base domain", "somebody else here", |it| {
        it.rows("mailboxes", |rows| rows[0]["address"] = json!("support@globex.localhost"));
    }),
];

#[tokio::test]
async fn what_is_not_as_it_must_be_is_refused_and_nothing_is_changed() {
    let app = TestApp::start().await;
    Things::of_both(&app).await;
    app.run_jobs().await;
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.tar");
    export(&app.state, &acme(&app).await, &good, true).await;
    let (entries, ground, ours) = (Entries::read(&good), Ground::new().await, &app.world.a.organization);
    let bad = folder.path().join("bad.tar");
    let refused = async |what: &str, placement: Placement| -> String {
        let refused: Result<Imported, AppError> = archive::import(&ground.state, &bad, None, placement).await;
        let sentence = match refused {
            Err(AppError::Conflict(sentence, _)) => sentence,
            Err(AppError::Invalid(fields)) => format!("{fields:?}"),
            other => panic!("{what}: {other:?}"),
        };
        assert_untouched(&ground, ours, what).await;
        sentence
    };
    for (index, (what, says, damage)) in DAMAGES.iter().enumerate() {
        let mut damaged = entries.clone();
        damage(&mut damaged);
        damaged.write(&bad);
        let placement = if index % 4 == 0 { Placement::Schema } else { Placement::Shared };
        let sentence = refused(what, placement).await;
        assert!(sentence.contains(says), "{what}: {sentence}");
    }
    let whole = std::fs::read(&good).unwrap();
    for length in [0, 100, 700, whole.len() / 2, whole.len() - 2_000] {
        std::fs::write(&bad, &whole[..length]).unwrap();
        refused(&format!("cut after {length}"), Placement::Shared).await;
    }
    std::fs::write(&bad, vec![b'x'; 100_000]).unwrap();
    refused("no tar", Placement::Shared).await;
    // And what was written again without damage is taken.
    entries.write(&bad);
    archive::import(&ground.state, &bad, None, Placement::Shared).await.unwrap();
}

#[tokio::test]
async fn administrators_have_an_archive_made_and_download_it() {
    let app = TestApp::start().await;
    Things::of_both(&app).await;
    app.run_jobs().await;
    let admin = app.admin();
    for who in ["manager", "agent", "viewer", "customer"] {
        app.as_(who).post("/organization/exports/", json!({})).await.is(403);
        app.as_(who).get("/organization/exports/").await.is(403);
    }
    let queued = admin.post("/organization/exports/", json!({})).await.is(202);
    assert_eq!((&queued["state"], &queued["progress"], &queued["link"]), (&json!("queued"), &json!(0), &Value::Null));
    admin.post("/organization/exports/", json!({})).await.is(409);
    app.foreign_admin().post("/organization/exports/", json!({})).await.is(202);
    let path = format!("/organization/exports/{}/", queued["id"].as_str().unwrap());
    app.foreign_admin().get(&path).await.is(404);
    app.run_jobs().await;
    let ready = admin.get(&path).await.ok();
    assert_eq!((&ready["state"], &ready["progress"]), (&json!("ready"), &json!(100)));
    let link = ready["link"].as_str().unwrap().to_owned();
    let answer = app.anonymous().get(&link).await;
    assert_eq!(ready["size"], answer.bytes.len());
    assert_eq!(answer.headers["content-type"], "application/x-tar");
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("acme.tar");
    std::fs::write(&file, &answer.bytes).unwrap();
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("$argon2"));
    let ground = Ground::new().await;
    let imported = archive::import(&ground.state, &file, None, Placement::Shared).await.unwrap();
    assert!(imported.to_set_again.iter().any(|sentence| sentence.contains("password")));
    let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
    client(&ground, "acme", None).post("/auth/login/", login).await.is(401);
    // The link is for this organization, this archive and five minutes.
    app.foreign("admin").get(&link).await.is(404);
    app.anonymous().get(&link.replace("signature=", "signature=x")).await.is(404);
    app.advance(TimeDelta::minutes(5));
    app.anonymous().get(&link).await.is(404);
    let listed = admin.get("/organization/exports/").await.ok();
    assert_eq!((&listed["count"], &listed["results"][0]["link"]), (&json!(2), &Value::Null));
    let fresh = admin.get(&path).await.ok()["link"].as_str().unwrap().to_owned();
    app.anonymous().get(&fresh).await;
    // After seven days it is gone, at once and then in fact.
    app.advance(TimeDelta::days(7));
    let over = app.admin().get(&path).await.ok();
    assert_eq!((&over["state"], &over["link"], &over["size"]), (&json!("expired"), &Value::Null, &Value::Null));
    app.run_jobs().await;
    use futures_util::StreamExt;
    let prefix = format!("{}/exports", kernel::id::encode(app.world.a.organization.id.0));
    assert_eq!(app.state.files.list(Some(&object_store::path::Path::from(prefix))).count().await, 0);
    assert_eq!(app.admin().get(&path).await.ok()["state"], "expired");
    let audited: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "select action, actor_name from {}.audit_log where organization_id = $1 and action = 'organization.exported'",
        acme(&app).await.schema_name
    )))
    .bind(app.world.a.organization.id.0)
    .fetch_all(&mut app.database.superuser().await)
    .await
    .unwrap();
    let by_admin = ("organization.exported".to_owned(), "CANARY-A admin".to_owned());
    assert_eq!(audited, [by_admin.clone(), by_admin]);
}

/// Whoever adds a table says whether it leaves; whoever adds bytes, whether they are a secret.
#[tokio::test]
async fn everything_is_either_kept_or_left_out() {
    let database = Database::create().await;
    let mut superuser = database.superuser().await;
    let tables: BTreeSet<String> =
        catalog::tables(&mut superuser, "shared").await.unwrap().into_iter().map(|table| table.name).collect();
    let kept: BTreeSet<String> = KEPT.iter().map(|table| (*table).to_owned()).collect();
    let left_out: BTreeSet<String> = LEFT_OUT.iter().map(|(table, _)| (*table).to_owned()).collect();
    assert!(kept.is_disjoint(&left_out));
    assert_eq!(kept.union(&left_out).cloned().collect::<BTreeSet<_>>(), tables, "name each table in archive/scope.rs");
    for key in catalog::foreign_keys(&mut superuser, "shared").await.unwrap() {
        let is_null =
            BLANKED.iter().any(|it| it.table == key.table && key.columns.iter().any(|name| name == it.column));
        let fits = !kept.contains(&key.table) || kept.contains(&key.other) || is_null;
        assert!(fits, "{} is kept but refers to {}, which is not", key.table, key.other);
    }
    let bytes: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns where table_schema = 'shared' and data_type = 'bytea'",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    for (table, column) in bytes.iter().filter(|(table, _)| kept.contains(table)) {
        let known = PLAIN_BYTES.contains(&(table.as_str(), column.as_str()))
            || BLANKED.iter().any(|it| (it.table, it.column) == (table, column));
        assert!(known, "say in archive/scope.rs whether {table}.{column} is a secret");
    }
    for blanked in BLANKED {
        let nullable: bool = sqlx::query_scalar(
            "select is_nullable = 'YES' from information_schema.columns where table_schema = 'shared' and table_name = $1 and column_name = $2",
        )
        .bind(blanked.table)
        .bind(blanked.column)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        assert!(nullable, "{blanked:?}");
    }
}
