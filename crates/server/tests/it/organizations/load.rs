//! People who go on working while their organization is moved, and what they were promised.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::http::Method;
use db::{Db, Mode, TenantTx, worker::Registry};
use kernel::AppError;
use serde_json::{Value, json};
use server::{compose, pages};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;

use super::acme;
use crate::harness::{Client, TestApp};

/// What was acknowledged, and how often somebody was told to try again.
#[derive(Debug, Default)]
pub struct Promises {
    stop: AtomicBool,
    pub refused: AtomicUsize,
    pub reads: AtomicUsize,
    tickets: Mutex<Vec<(i64, String)>>,
    messages: Mutex<Vec<String>>,
    files: Mutex<Vec<String>>,
    queued: Mutex<Vec<u64>>,
    ran: Mutex<Vec<u64>>,
}

/// The load on both organizations; [`Load::stop`] ends it and looks whether all promises were kept.
pub struct Load {
    promises: Arc<Promises>,
    tasks: JoinSet<()>,
    db: Db,
}

impl Load {
    pub fn start(app: &TestApp) -> Self {
        // Connections for all of them: who waits for one is told that the database does not answer.
        let mut state = app.state.clone();
        state.db = Db::new(app.database.runtime(), 16, Arc::clone(&state.db.clock), Arc::clone(&state.db.ids));
        let service = compose::service(&state, pages::router());
        let with = |client: Client| Client { service: service.clone(), ..client };
        let promises = Arc::new(Promises::default());
        let mut tasks = JoinSet::new();
        for who in ["agent", "agent2"] {
            tasks.spawn(write(with(app.as_(who)), Arc::clone(&promises)));
            tasks.spawn(read(with(app.as_(who)), Arc::clone(&promises)));
        }
        tasks.spawn(stranger(with(app.foreign("agent")), Arc::clone(&promises)));
        tasks.spawn(queue(state.db.clone(), app.world.a.organization.id, Arc::clone(&promises)));
        let mut registry = compose::registry(&state, &app.mailer);
        count_jobs(&mut registry, &promises);
        tasks.spawn(work(state.db.clone(), registry, Arc::clone(&promises)));
        Self { promises, tasks, db: state.db }
    }

    pub fn promises(&self) -> &Promises {
        &self.promises
    }

    /// Waits until so many tickets were promised.
    pub async fn tickets(&self, count: usize) {
        let begin = std::time::Instant::now();
        while self.promises.tickets.lock().unwrap().len() < count {
            assert!(begin.elapsed().as_secs() < 120, "the load does not get on");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub async fn stop(mut self, app: &TestApp) {
        self.promises.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.db.close().await;
        // What was put off because of the move.
        app.advance(chrono::TimeDelta::minutes(10));
        let mut registry = compose::registry(&app.state, &app.mailer);
        count_jobs(&mut registry, &self.promises);
        registry.drain(&app.state.db, "last").await.unwrap();
        self.promises.check(app).await;
    }
}

impl Promises {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    async fn check(&self, app: &TestApp) {
        let organization = acme(app).await;
        let (schema, id) = (&organization.schema_name, organization.id.0);
        let mut superuser = app.database.superuser().await;
        let mut all = async |column: &str, table: &str, more: &str| -> Vec<String> {
            let sql = format!("select {column}::text from {schema}.{table} where organization_id = $1 {more}");
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_all(&mut superuser).await.unwrap()
        };
        let wire = |ids: Vec<String>, prefix: &str| -> BTreeSet<String> {
            let count = ids.len();
            let set: BTreeSet<String> =
                ids.iter().map(|id| format!("{prefix}_{}", kernel::id::encode(id.parse().unwrap()))).collect();
            assert_eq!(set.len(), count, "{prefix} is there twice");
            set
        };
        let promised = self.tickets.lock().unwrap().clone();
        assert!(promised.len() > 10, "the load did next to nothing: {}", promised.len());
        let tickets = wire(all("id", "tickets", "").await, "tkt");
        let promised_ids: BTreeSet<String> = promised.iter().map(|(_, id)| id.clone()).collect();
        assert_eq!(tickets, promised_ids);
        let mut numbers: Vec<i64> =
            all("number", "tickets", "").await.iter().map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
        assert_eq!(numbers.len(), promised.len());
        let messages = wire(all("id", "messages", "and seq > 1").await, "msg");
        assert_eq!(messages, self.messages.lock().unwrap().iter().cloned().collect());
        let files = wire(all("id", "files", "").await, "fil");
        assert_eq!(files, self.files.lock().unwrap().iter().cloned().collect());
        for file in &files {
            let answer = app.agent().get(&format!("/files/{file}/")).await;
            let link = answer.headers["location"].to_str().unwrap().to_owned();
            assert_eq!(app.agent().get(&link).await.bytes, file_text(), "{file}");
        }
        let (mut queued, mut ran) = (self.queued.lock().unwrap().clone(), self.ran.lock().unwrap().clone());
        queued.sort_unstable();
        ran.sort_unstable();
        assert_eq!(ran, queued, "jobs were lost or ran twice");
        // One confirmation for each ticket, and each left once.
        let mails = all("recipient || ' ' || state || ' ' || attempts", "outgoing_mails", "and kind = 'created'").await;
        assert_eq!(mails.len(), promised.len());
        assert!(mails.iter().all(|mail| mail.ends_with(" caught 1")), "{mails:?}");
    }
}

fn file_text() -> &'static str {
    "CANARY-A file"
}

/// Asks again as long as the answer is 503; anything but that and success is wrong.
async fn insist(promises: &Promises, client: &Client, path: &str, kind: &str, body: &str) -> Value {
    loop {
        let answer = client.raw(Method::POST, path, &[("content-type", kind)], body.as_bytes().to_vec()).await;
        if answer.status.as_u16() != 503 {
            return answer.created();
        }
        assert_eq!(answer.json()["code"], "UNAVAILABLE");
        assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
        promises.refused.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

fn text(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

async fn write(client: Client, promises: Arc<Promises>) {
    let mut round = 0_u64;
    while promises.goes_on() {
        round += 1;
        // Another address each time, since nobody gets more than ten confirmations an hour.
        let address = format!("{round}-{}@example.org", promises.tickets.lock().unwrap().len());
        let body = json!({ "subject": "CANARY-A load", "customer_email": address, "customer_name": "CANARY-A" });
        let ticket = insist(&promises, &client, "/tickets/", "application/json", &body.to_string()).await;
        promises.tickets.lock().unwrap().push((ticket["number"].as_i64().unwrap(), text(&ticket)));
        let below = format!("/tickets/{}/messages/", text(&ticket));
        let mut note = json!({ "body": "CANARY-A note", "visibility": "internal" });
        if round.is_multiple_of(3) {
            let form = format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{}\r\n--x--\r\n",
                file_text()
            );
            let file = text(&insist(&promises, &client, "/files/", "multipart/form-data; boundary=x", &form).await);
            promises.files.lock().unwrap().push(file.clone());
            note["attachments"] = json!([file]);
        }
        let message = insist(&promises, &client, &below, "application/json", &note.to_string()).await;
        promises.messages.lock().unwrap().push(text(&message));
    }
}

/// Reads what was promised: it is there, always.
async fn read(client: Client, promises: Arc<Promises>) {
    let mut round = 0;
    while promises.goes_on() {
        round += 1;
        let known = promises.tickets.lock().unwrap().clone();
        let Some((number, id)) = known.get(round * 7 % known.len().max(1)) else {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            continue;
        };
        assert_eq!(client.get(&format!("/tickets/{number}/")).await.ok()["id"], *id);
        let page = client.get("/tickets/?ordering=number&page_size=100").await.ok();
        assert!(page["count"].as_u64().unwrap() >= known.len().min(1000) as u64, "{}", page["count"]);
        let message = promises.messages.lock().unwrap().first().cloned();
        if let Some(message) = message {
            let found = client.get("/tickets/?search=note&ordering=number").await.ok();
            assert!(found["count"].as_u64().unwrap() > 0, "{message} is not found");
        }
        promises.reads.fetch_add(1, Ordering::Relaxed);
    }
}

/// The other organization notices nothing.
async fn stranger(client: Client, promises: Arc<Promises>) {
    while promises.goes_on() {
        let ticket = client.post("/tickets/", json!({ "subject": "CANARY-B load" })).await.created();
        client.get(&format!("/tickets/{}/", text(&ticket))).await.ok();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn queue(db: Db, organization: kernel::OrganizationId, promises: Arc<Promises>) {
    let mut next = 0;
    while promises.goes_on() {
        let opened = TenantTx::system(&db, organization, Mode::Write).await;
        let mut tx = match opened {
            Ok(tx) => tx,
            Err(AppError::Unavailable(..)) => {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        next += 1;
        tx.enqueue("test.count", uuid::Uuid::nil(), json!(next), None);
        tx.commit().await.unwrap();
        promises.queued.lock().unwrap().push(next);
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
}

fn count_jobs(registry: &mut Registry, promises: &Arc<Promises>) {
    let promises = Arc::clone(promises);
    registry.handle("test.count", move |job| {
        let promises = Arc::clone(&promises);
        async move {
            promises.ran.lock().unwrap().push(job.payload.as_u64().unwrap());
            Ok(())
        }
    });
}

async fn work(db: Db, registry: Registry, promises: Arc<Promises>) {
    while promises.goes_on() {
        registry.drain(&db, "load").await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
