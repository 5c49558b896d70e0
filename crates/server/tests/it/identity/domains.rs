//! Domains of an organization's own, proven to a real name server (dnsmasq).

use std::{
    net::UdpSocket,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use serde_json::{Value, json};
use web::Dns;

use crate::harness::{Client, TestApp, world::PASSWORD};

/// A name server for `.example` with the records that a test gives it.
pub struct NameServer {
    port: u16,
    child: Option<Child>,
}

impl NameServer {
    pub fn new() -> Self {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, child: None }
    }

    pub fn dns(&self) -> Dns {
        Dns::new(Some(([127, 0, 0, 1], self.port).into()))
    }

    /// Starts again with these TXT records, and is asked until it answers.
    pub async fn serve(&mut self, records: &[(&str, &str)]) {
        self.stop();
        let mut command = Command::new("dnsmasq");
        command.args(["--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--local=/example/"]);
        command.args(["--listen-address=127.0.0.1", "--bind-interfaces", "--pid-file="]);
        command.arg(format!("--port={}", self.port)).arg("--txt-record=ready.example,yes");
        for (name, text) in records {
            command.arg(format!("--txt-record={name},{text}"));
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("dnsmasq is installed: scripts/setup.sh test"));
        let begin = Instant::now();
        while self.dns().txt("ready.example").await != Ok(vec!["yes".to_owned()]) {
            assert!(begin.elapsed() < Duration::from_secs(20), "dnsmasq does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Puts the proofs of all domains of an organization where they are looked for.
    pub async fn prove(&mut self, admin: &Client) {
        let list = admin.get("/domains/").await.ok();
        let domains = list["results"].as_array().unwrap();
        self.serve(&domains.iter().map(record).collect::<Vec<_>>()).await;
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn start() -> (TestApp, NameServer) {
    let server = NameServer::new();
    (TestApp::with(|state| state.dns = server.dns()).await, server)
}

async fn add(client: &Client, domain: &str) -> Value {
    client.post("/domains/", json!({ "domain": domain })).await.created()
}

fn record(domain: &Value) -> (&str, &str) {
    (domain["proof"]["name"].as_str().unwrap(), domain["proof"]["value"].as_str().unwrap())
}

async fn verify(client: &Client, domain: &str) -> crate::harness::Answer {
    client.post(&format!("/domains/{domain}/verify/"), json!({})).await
}

async fn state_of(client: &Client, domain: &str) -> Value {
    let list = client.get("/domains/").await.ok();
    list["results"].as_array().unwrap().iter().find(|each| each["domain"] == domain).unwrap()["state"].clone()
}

#[tokio::test]
async fn a_domain_is_a_host_once_it_is_proven() {
    let (app, mut server) = start().await;
    let (admin, host) = (app.admin(), "hilfe.xn--mller-kva.example");
    let domain = add(&admin, "Hilfe.Müller.example").await;
    assert_eq!((domain["domain"].as_str(), domain["state"].as_str()), (Some(host), Some("pending")));
    assert_eq!(domain["proof"]["name"], format!("_helpdesk-challenge.{host}"));
    assert_eq!(admin.post("/domains/", json!({ "domain": host })).await.problem("domain"), "taken");
    // Nobody answers, there is no record, there is another one: nothing is proven.
    verify(&admin, host).await.is(409);
    server.serve(&[]).await;
    verify(&admin, host).await.is(409);
    let (name, text) = record(&domain);
    server.serve(&[(name, "helpdesk-verification=0000"), (host, text)]).await;
    verify(&admin, host).await.is(409);
    app.agent().at(host).get("/tickets/").await.is(404);
    assert_eq!(state_of(&admin, host).await, "pending");

    server.serve(&[(name, "v=spf1 -all"), (name, text)]).await;
    let verified = verify(&admin, host).await.ok();
    assert_eq!(verified["state"], "verified");
    assert!(verified["verified_at"].is_string());
    app.agent().at(host).get("/tickets/").await.ok();
    app.foreign("agent").at(host).get("/tickets/").await.is(401);
    let login = json!({"email": app.world.a.member("agent").email, "password": PASSWORD});
    assert_eq!(app.anonymous().at(host).post("/auth/login/", login).await.ok()["user"]["organization"]["slug"], "acme");
    verify(&admin, host).await.ok();

    admin.delete(&format!("/domains/{host}/")).await.is(204);
    app.agent().at(host).get("/tickets/").await.is(404);
    admin.delete(&format!("/domains/{host}/")).await.is(404);
    let mut superuser = app.database.superuser().await;
    let sql = format!(
        "select action || ' ' || (coalesce(after, before) ->> 'domain') from {}.audit_log where action like 'domain.%' order by id",
        app.world.a.organization.schema_name
    );
    let actions: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut superuser).await.unwrap();
    assert_eq!(actions, ["domain.added", "domain.verified", "domain.removed"].map(|action| format!("{action} {host}")));
}

#[tokio::test]
async fn several_may_try_and_one_has_it() {
    let (app, mut server) = start().await;
    let host = "help.shared.example";
    let (ours, theirs) = (add(&app.admin(), host).await, add(&app.foreign_admin(), host).await);
    let (name, text) = record(&ours);
    assert_ne!(text, record(&theirs).1);
    // The proof of one organization proves nothing for the other.
    server.serve(&[(name, text)]).await;
    verify(&app.foreign_admin(), host).await.is(409);
    verify(&app.admin(), host).await.ok();
    server.serve(&[(name, text), record(&theirs)]).await;
    assert_eq!(verify(&app.foreign_admin(), host).await.problem("domain"), "taken");
    assert_eq!(state_of(&app.foreign_admin(), host).await, "pending");
    app.foreign("agent").at(host).get("/tickets/").await.is(401);
    // Given back, it is closed to others for 90 days, and open to the one that had it.
    app.admin().delete(&format!("/domains/{host}/")).await.is(204);
    assert_eq!(verify(&app.foreign_admin(), host).await.problem("domain"), "taken");
    let again = add(&app.admin(), host).await;
    assert_ne!(record(&again).1, text, "an old proof proves nothing");
    server.serve(&[record(&again), record(&theirs)]).await;
    verify(&app.admin(), host).await.ok();
    app.admin().delete(&format!("/domains/{host}/")).await.is(204);
    sqlx::query("update platform.released_names set free_at = free_at - interval '90 days'")
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
    verify(&app.foreign_admin(), host).await.ok();
}

#[tokio::test]
async fn mail_addresses_follow_the_proof() {
    let (app, mut server) = start().await;
    let host = "mail.shared.example";
    let mailbox = |local: &str| json!({"address": format!("{local}@{host}"), "name": "Post"});
    let domain = add(&app.admin(), host).await;
    app.foreign_admin().post("/mailboxes/", mailbox("early")).await.created();
    server.serve(&[record(&domain)]).await;
    verify(&app.admin(), host).await.ok();
    assert_eq!(app.foreign_admin().post("/mailboxes/", mailbox("late")).await.problem("address"), "taken");
    app.admin().post("/mailboxes/", mailbox("ours")).await.created();
}

#[tokio::test]
async fn a_proof_that_is_gone_shows_after_a_week() {
    let (app, mut server) = start().await;
    let host = "help.fading.example";
    let domain = add(&app.admin(), host).await;
    server.serve(&[record(&domain)]).await;
    verify(&app.admin(), host).await.ok();
    let by = db::operators::By::default();
    db::platform::add_domain(&app.state.db, &by, &app.world.a.organization, "by.operator.example").await.unwrap();
    let days = async |count: i64| {
        app.advance(TimeDelta::days(count));
        app.run_jobs().await;
        state_of(&app.admin(), host).await
    };
    assert_eq!(days(1).await, "verified");
    server.serve(&[]).await;
    assert_eq!(days(1).await, "verified");
    // Servers that say nothing prove nothing: neither that it is gone nor that it is there.
    server.stop();
    assert_eq!(days(6).await, "verified");
    server.serve(&[]).await;
    assert_eq!(days(1).await, "failing");
    app.agent().at(host).get("/tickets/").await.ok();
    server.serve(&[record(&domain)]).await;
    assert_eq!(days(1).await, "verified");
    assert_eq!(state_of(&app.admin(), "by.operator.example").await, "verified");
}

#[tokio::test]
async fn names_that_nobody_proves_are_refused() {
    let app = TestApp::start().await;
    for bad in ["acme.localhost", "x.acme.localhost", "localhost", "10.0.0.1", "com", "pаypal.example", "a b.example"]
    {
        let answer = app.admin().post("/domains/", json!({ "domain": bad })).await;
        assert_eq!(answer.problem("domain"), "invalid", "{bad}");
    }
    for number in 0..20 {
        add(&app.admin(), &format!("d{number}.example")).await;
    }
    app.admin().post("/domains/", json!({"domain": "d21.example"})).await.is(409);
    app.agent().get("/domains/").await.is(403);
    let page = app.admin().get("/domains/?page_size=5&page=2").await.ok();
    assert_eq!((page["count"].as_i64(), page["results"].as_array().unwrap().len()), (Some(20), 5));
}
