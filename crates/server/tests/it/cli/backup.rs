//! `backup` and `restore` of the real program: every row and every file, also while it serves.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::{
    PASSWORD, login,
    program::{Folder, Serving},
};
use crate::harness::s3::S3Server;

/// What changes by itself, by the minute or with the backup: leases, plans, who runs, the operators' log.
const MOVING: &[&str] = &["platform.nodes", "platform.operator_log", "platform.schedule_runs", "platform.jobs"];

/// Rows and a hash of every table, by its name; those of organizations in schemas of their own too.
fn tables(folder: &Folder) -> BTreeMap<String, String> {
    let list = folder.query(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and (n.nspname in ('platform', 'shared') or n.nspname ~ '^t_')",
    );
    let names: Vec<&str> = list.lines().filter(|name| !MOVING.contains(name)).collect();
    let one = |name: &&str| {
        format!(
            "select '{name} ' || count(*) || ' ' || coalesce(md5(string_agg(r::text, '|' order by r::text)), '') from {name} r"
        )
    };
    let sql = names.iter().map(one).collect::<Vec<_>>().join(" union all ");
    let rows = folder.query(&sql);
    let parts = rows.lines().filter_map(|row| row.trim().split_once(' '));
    parts.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()
}

/// The tables once background work has nothing left to do.
fn tables_at_rest(folder: &Folder) -> BTreeMap<String, String> {
    let begin = Instant::now();
    let jobs = "select count(*) from platform.jobs where state <> 'dead' and run_at < now() + interval '1 minute'";
    let mut before = BTreeMap::new();
    loop {
        let is_idle = folder.query(jobs) == "0";
        let now = tables(folder);
        if is_idle && now == before {
            return now;
        }
        assert!(begin.elapsed() < Duration::from_secs(120), "the background work does not end");
        before = now;
        std::thread::sleep(Duration::from_millis(1_500));
    }
}

/// Every file below a folder, by its path there.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found.retain(|name, _| !name.starts_with("health-probe/"));
    found
}

/// Whether all of `files` are there, as they were. Each hour a checkpoint of the audit log comes to them.
fn holds(now: &BTreeMap<String, Vec<u8>>, files: &BTreeMap<String, Vec<u8>>) -> bool {
    files.iter().all(|(name, bytes)| now.get(name) == Some(bytes))
}

/// A mail with an attachment, for the first mailbox of an organization.
fn mail(organization: &str, number: usize) -> String {
    let boundary = "=_part";
    format!(
        "From: Nora <nora{number}@customer.example>\r\nTo: support@{organization}.localhost\r\nSubject: Heating {number}\r\n\
         Message-ID: <{number}.{organization}@customer.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\nIt is cold.\r\n\
         --{boundary}\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"log.txt\"\r\n\r\nlines {number}\r\n--{boundary}--\r\n"
    )
}

fn ingest(folder: &Folder, organization: &str, number: usize) {
    let mailbox = format!("support@{organization}.localhost");
    let said = folder.ok(&["mail", "ingest", "--mailbox", &mailbox], &mail(organization, number));
    assert!(said.contains("Ticket"), "{said}");
}

/// Two organizations, one in a schema of its own, each with people, a ticket and a file.
fn furnish(folder: &Folder) {
    folder.ok(&["org", "create", "acme", "--name", "Acme"], "");
    folder.ok(&["org", "create", "globex", "--name", "Globex", "--placement", "schema"], "");
    for organization in ["acme", "globex"] {
        let email = format!("bo@{organization}.example");
        let bo = ["user", "create", "--org", organization, "--email", &email, "--name", "Bo", "--role", "agent"];
        folder.ok(&bo, &format!("{PASSWORD}\n"));
        ingest(folder, organization, 1);
    }
}

#[test]
fn a_backup_made_while_serving_brings_back_every_row_and_file() {
    let (old, new) = (Folder::new(), Folder::new());
    let serving = Serving::start(&old);
    furnish(&old);
    let before = tables_at_rest(&old);
    let backup = old.0.with_extension("backup");
    let dir = backup.to_str().unwrap();
    let said = old.ok(&["backup", dir], "");
    assert!(said.contains("2 organizations and") && said.contains("keep it safe"), "{said}");
    let stored = files(&old.0.join("files"));
    assert!(stored.len() >= 4, "mails and attachments: {:?}", stored.keys());
    assert_eq!(files(&backup.join("files")), stored);
    assert!(old.refused(&["backup", dir], "").contains("not empty"));
    // What comes later is not in it.
    ingest(&old, "acme", 2);
    assert!(old.refused(&["restore", dir], "").contains("--replace"));
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));

    let said = new.ok(&["restore", dir], "");
    assert!(said.contains("2 organizations and"), "{said}");
    assert!(new.refused(&["restore", dir], "").contains("--replace"));
    let serving = Serving::start(&new);
    let restored = tables_at_rest(&new);
    let changed: Vec<_> = before.iter().filter(|(name, rows)| restored.get(*name) != Some(rows)).collect();
    assert!(changed.is_empty() && restored.len() == before.len(), "not as they were: {changed:?}");
    assert!(holds(&files(&new.0.join("files")), &stored), "files are lost or changed");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    assert!(new.ok(&["audit", "verify", "--org", "acme"], "").contains("chained rows"));

    // Over what is there, under the running server: the mail that came meanwhile is gone again.
    ingest(&new, "acme", 3);
    let said = new.ok(&["restore", dir, "--replace"], "");
    assert!(said.contains("helpdesk_before_restore"), "{said}");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    assert_eq!(new.query("select count(*) from shared.tickets"), "1");
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
    fs::remove_dir_all(backup).unwrap();
}

#[test]
fn one_organization_is_restored_beside_the_others() {
    let folder = Folder::new();
    let serving = Serving::start(&folder);
    furnish(&folder);
    let kept = |folder: &Folder| -> BTreeMap<String, String> {
        let all = tables_at_rest(folder);
        let is_kept = |name: &str| server::archive::KEPT.contains(&name) && name != "audit_log";
        all.into_iter().filter(|(name, _)| name.split_once('.').is_some_and(|(_, table)| is_kept(table))).collect()
    };
    let before = kept(&folder);
    let backup = folder.0.with_extension("backup");
    let dir = backup.to_str().unwrap();
    folder.ok(&["backup", dir], "");
    let mut stored = files(&folder.0.join("files"));
    // The audit log is chained anew, as after an import.
    stored.retain(|name, _| !name.starts_with("audit/"));
    let one = ["restore", dir, "--organization", "globex"];
    assert!(folder.refused(&one, "").contains("org delete globex --now"));
    assert!(folder.refused(&["restore", dir, "--organization", "nobody"], "").contains("no organization nobody"));
    folder.ok(&["org", "delete", "globex", "--now"], "");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 404);
    let said = folder.ok(&one, "");
    assert!(said.contains("Organization globex was restored") && said.contains("To do:"), "{said}");
    assert_eq!(login(&serving, "globex.localhost", PASSWORD), 200);
    assert_eq!(kept(&folder), before);
    assert!(holds(&files(&folder.0.join("files")), &stored), "files are lost or changed");
    assert_eq!(folder.query("select count(*) from pg_database where datname like '%restore%'"), "0");
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.end(), Some(0));
    fs::remove_dir_all(backup).unwrap();
}

#[test]
fn files_of_a_bucket_are_in_the_backup_too() {
    let s3 = S3Server::start();
    let installation = |bucket: &str| {
        s3.bucket(bucket);
        Folder::new().with(&[
            ("AWS_STORAGE_BUCKET_NAME", bucket),
            ("AWS_S3_ENDPOINT_URL", &s3.endpoint),
            ("AWS_ACCESS_KEY_ID", S3Server::KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", S3Server::SECRET),
        ])
    };
    let (old, new) = (installation("old-files"), installation("new-files"));
    furnish(&old);
    let is_object =
        |name: &String| !name.contains("health-probe") && !name.rsplit('/').next().unwrap().starts_with('.');
    let objects = |bucket: &str| -> BTreeMap<String, Vec<u8>> {
        files(&s3.path(bucket)).into_iter().filter(|(name, _)| is_object(name)).collect()
    };
    let stored = objects("old-files");
    assert!(stored.len() >= 4, "mails and attachments: {:?}", stored.keys());
    let backup = old.0.with_extension("backup");
    let dir = backup.to_str().unwrap();
    old.ok(&["backup", dir], "");
    assert_eq!(files(&backup.join("files")), stored);
    new.ok(&["restore", dir], "");
    assert_eq!(objects("new-files"), stored);
    assert!(files(&new.0.join("files")).is_empty());
    assert!(new.ok(&["doctor"], "").contains("Files can be written, read and deleted."));
    fs::remove_dir_all(backup).unwrap();
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let (old, new) = (Folder::new(), Folder::new());
    furnish(&old);
    let backup = old.0.with_extension("backup");
    let dir = backup.to_str().unwrap();
    old.ok(&["backup", dir], "");
    let manifest: Value = serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["organizations"], serde_json::json!(["acme", "globex"]));

    let file = files(&backup.join("files")).into_keys().next().unwrap();
    let damaged = |path: &Path, says: &str| {
        let whole = fs::read(path).unwrap();
        let mut broken = whole.clone();
        *broken.last_mut().unwrap() ^= 1;
        fs::write(path, broken).unwrap();
        let said = new.refused(&["restore", dir], "");
        assert!(said.contains(says), "{said}");
        assert_eq!(new.ok(&["org", "list", "--json"], "").trim(), "[]");
        fs::write(path, whole).unwrap();
    };
    damaged(&backup.join("files").join(file), "damaged");
    damaged(&backup.join("database.dump"), "damaged");
    fs::rename(backup.join("manifest.json"), backup.join("away")).unwrap();
    assert!(new.refused(&["restore", dir], "").contains("no complete backup"));
    fs::rename(backup.join("away"), backup.join("manifest.json")).unwrap();
    let key = fs::read(backup.join("secret_key")).unwrap();
    fs::write(backup.join("secret_key"), "0".repeat(64)).unwrap();
    assert!(new.refused(&["restore", dir], "").contains("with this secret"));
    fs::write(backup.join("secret_key"), key).unwrap();
    new.ok(&["restore", dir], "");
    fs::remove_dir_all(backup).unwrap();
}
