//! Every operation as everybody: a request that succeeds is sent again by each other caller, and with
//! the ids of somebody else in path, query, body and headers. What comes back is computed from
//! permissions and from who sees what, and holds no word that the caller must not read.

use std::collections::BTreeSet;

use axum::http::Method;
use db::operators::By;
use kernel::{Permission, RoleKey};
use serde_json::{Value, json};

use super::{
    calls::{Call, Walk, all},
    safe::Digests,
    things::{KINDS, Operation, PRIVATE, Things, comparable, operations, operators},
};
use crate::{
    harness::{Answer, Client, TestApp, client::CANARY_B, schema, world::PASSWORD},
    identity::{account::login, domains::NameServer},
};

/// Operations that succeed only with somebody else's help, here asked in vain, and what that is.
const IN_VAIN: [(&str, &str); 3] = [
    ("auth_oidc_callback", "a sign-in under way"),
    ("auth_oidc_complete", "a sign-in under way"),
    ("identity_providers_test", "a provider that answers"),
];

/// Who asks.
#[derive(Debug)]
struct Caller {
    name: &'static str,
    client: Client,
    /// What they may do in this organization; nothing for strangers, who are told to sign in.
    may: Option<BTreeSet<Permission>>,
    /// Whether they see the tickets of the first customer.
    sees: bool,
}

/// What must come back.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Status(u16),
    /// A read that they may.
    Success,
    /// A change that they may, after it was made already: anything but a refusal of the person.
    Allowed,
}

impl Caller {
    fn expected(&self, operation: &Operation) -> Expected {
        let Some(needs) = operation.needs else { return Expected::Allowed };
        let Some(may) = &self.may else { return Expected::Status(401) };
        if !may.contains(&Permission::parse(needs).unwrap()) {
            return Expected::Status(403);
        }
        let of_ticket = ["tickets/{id}", "messages/{id}", "files/{id}"];
        let unseen = !self.sees && of_ticket.iter().any(|part| operation.path.contains(part));
        let is_anothers =
            ["auth/sessions/{id}", "auth/identities/{id}"].iter().any(|part| operation.path.contains(part));
        let is_nobody = self.client.key.is_some()
            && ["users/me", "/drafts/", "/notifications/"].iter().any(|own| operation.path.contains(own));
        if unseen || is_anothers || is_nobody {
            return Expected::Status(404);
        }
        if operation.method == Method::GET { Expected::Success } else { Expected::Allowed }
    }

    /// No word of tickets that the caller does not see, wherever it could stand.
    fn check_words(&self, operation: &str, answer: &Answer) {
        let told = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.bytes));
        let is_customer = self.name == "other customer";
        for word in [PRIVATE, "customer@acme.example", "CANARY-A customer"] {
            let forbidden = !self.sees && (word == PRIVATE || is_customer);
            let own = word == "CANARY-A customer" && told.contains("CANARY-A customer2");
            assert!(!forbidden || own || !told.contains(word), "{operation} shows {word} to {}: {told}", self.name);
        }
    }
}

fn of(role: RoleKey) -> BTreeSet<Permission> {
    role.permissions().into_iter().collect()
}

/// Somebody new of the staff.
async fn hire(app: &TestApp, name: &str, role: &str) -> (String, Client) {
    let email = format!("{name}@matrix.example");
    let new = json!({"email": email, "name": format!("CANARY-A {name}"), "role": role, "password": PASSWORD});
    let id = app.as_("owner").post("/users/", new).await.created()["id"].as_str().unwrap().to_owned();
    let tokens = login(&app.anonymous(), &email, PASSWORD).await.ok();
    (id, app.anonymous().with_token(&tokens["access"]))
}

async fn operator(app: &TestApp) -> Client {
    let hash = identity::password::hash(PASSWORD.to_owned()).await.unwrap();
    db::operators::upsert_operator(&app.state.db, &By::default(), "op@example.org", &hash).await.unwrap();
    // Operators see every organization.
    let nobody = Client { forbidden: "no such word", ..app.anonymous().at("localhost") };
    let body = json!({"email": "op@example.org", "password": PASSWORD});
    nobody.with_token(&nobody.post("/platform/auth/login/", body).await.ok()["access"])
}

/// A key of organization B, used by nobody of A.
async fn strange_key(app: &TestApp) -> Client {
    let new = json!({"name": "CANARY-B key", "scopes": ["tickets:read"]});
    let key = app.foreign("owner").post("/api-keys/", new).await.created()["key"].clone();
    app.anonymous().with_key(key.as_str().unwrap())
}

async fn callers(app: &TestApp) -> Vec<Caller> {
    let agent = of(RoleKey::Agent);
    let limits: Vec<_> = agent.iter().filter(|one| !one.is_personal()).map(|one| one.as_str()).collect();
    let role = json!({"name": "CANARY-A limited", "key": "limited", "permissions": limits, "visibility": "teams"});
    app.as_("owner").post("/roles/", role).await.created();
    let (suspended, gone) = hire(app, "suspended", "agent").await;
    app.as_("owner").patch(&format!("/users/{suspended}/"), json!({"status": "suspended"})).await.ok();
    let scopes: BTreeSet<_> = Permission::ALL.iter().copied().filter(|one| one.is_scope()).collect();
    let texts: Vec<_> = scopes.iter().map(|one| one.as_str()).collect();
    let poor = Permission::MailCatcherRead;
    let stranger = |name, client| Caller { name, client, may: None, sees: false };
    let member = |name, client, may, sees| Caller { name, client, may: Some(may), sees };
    let callers = vec![
        stranger("anonymous", app.anonymous()),
        stranger("customer of B", app.foreign("customer").at("acme.localhost")),
        stranger("admin of B", app.foreign_admin().at("acme.localhost")),
        stranger("suspended", gone),
        stranger("operator", operator(app).await.at("acme.localhost")),
        stranger("key of B", strange_key(app).await),
        member("customer", app.customer(), of(RoleKey::Customer), true),
        member("other customer", app.as_("customer2"), of(RoleKey::Customer), false),
        member("limited agent", hire(app, "limited", "limited").await.1, agent.clone(), false),
        member("agent", hire(app, "seeing", "agent").await.1, agent, true),
        member("manager", hire(app, "leading", "manager").await.1, of(RoleKey::Manager), true),
        member("key of all scopes", app.key(&texts).await, scopes, true),
        // What it may read is mails, whatever they are about.
        member("key of one scope", app.key(&[poor.as_str()]).await, [poor].into(), true),
    ];
    for caller in &callers {
        // The use of a key is noted once.
        caller.client.get("/mail-catcher/").await;
    }
    callers
}

/// As everybody who is refused, then as the administrator, then as everybody else.
async fn replay(callers: &[Caller], digests: &mut Digests, operation: &Operation, call: &Call) -> usize {
    let name = operation.name;
    let before = digests.take().await;
    let (refused, others): (Vec<_>, Vec<_>) =
        callers.iter().partition(|caller| matches!(caller.expected(operation), Expected::Status(_)));
    for caller in refused {
        let answer = call.send_as(&caller.client, &[]).await;
        let got = Expected::Status(answer.status.as_u16());
        assert_eq!(got, caller.expected(operation), "{name} as {}: {:?}", caller.name, answer.bytes);
        caller.check_words(name, &answer);
    }
    assert_eq!(digests.take().await, before, "{name} changed something although it was refused");
    let answer = call.send().await;
    let worked = answer.status.is_success() || answer.status.is_redirection();
    let in_vain = IN_VAIN.iter().any(|(vain, _)| *vain == name) && !answer.status.is_server_error();
    assert!(worked || in_vain, "{name}: give it a call that works: {} {:?}", answer.status, answer.bytes);
    for caller in others {
        let mut client = caller.client.clone();
        if operation.needs.is_none() {
            // What is public at this host is so for people of other organizations too.
            client.forbidden = CANARY_B;
        }
        let answer = call.send_as(&client, &[]).await;
        let status = answer.status;
        let is_public = operation.needs.is_none();
        let good = match caller.expected(operation) {
            Expected::Success => status.is_success() || status.is_redirection(),
            _ => !status.is_server_error() && (is_public || ![401, 403].contains(&status.as_u16())),
        };
        assert!(good, "{name} as {}: {status} {:?}", caller.name, answer.bytes);
        // Whoever has the signed link of a file may read it.
        if !name.ends_with("_content") {
            caller.check_words(name, &answer);
        }
    }
    callers.len() + 1
}

#[tokio::test]
async fn every_operation_as_everybody() {
    let mut names = NameServer::new();
    let app = TestApp::with(|state| state.dns = names.dns()).await;
    let (things, _) = Things::of_both(&app).await;
    let walk = Walk::begin(&app, things).await;
    names.prove(&walk.admin).await;
    let mut callers = callers(&app).await;
    let mut digests = Digests::of(&app).await;
    let (mut requests, mut walked) = (0, 0);
    for operation in all().iter().filter(|operation| !operation.path.starts_with("/api/v1/platform/")) {
        let call = walk.call(&app, operation).await;
        requests += replay(&callers, &mut digests, operation, &call).await;
        walked += 1;
        if operation.name == "auth_password_reset" {
            app.run_jobs().await;
        }
        if operation.name.starts_with("customers_")
            && operation.name != "customers_delete"
            && operation.method == Method::DELETE
        {
            // Their sessions were ended; they sign in again. (Who is deleted is somebody else.)
            let tokens = login(&app.anonymous(), "customer@acme.example", PASSWORD).await.ok();
            let customer = callers.iter_mut().find(|caller| caller.name == "customer").unwrap();
            customer.client = app.anonymous().with_token(&tokens["access"]);
        }
    }
    let (more, of_operators) = operators_as_everybody(&app, &callers, &mut digests).await;
    let all = schema::operations().len();
    assert_eq!(walked + of_operators, all, "operations that nobody walked");
    println!("{all} operations as {} callers: {} requests", callers.len() + 1, requests + more);
    app.expect_pending();
}

/// Operators' operations on the bare host, where nobody else of the callers is known.
async fn operators_as_everybody(app: &TestApp, callers: &[Caller], digests: &mut Digests) -> (usize, usize) {
    let operator = operator(app).await;
    let new = json!({"email": "second@example.org", "password": "correct horse battery"});
    let second = operator.post("/platform/operators/", new).await.created()["id"].as_str().unwrap().to_owned();
    let mut walked = operators();
    walked.sort_by_key(|operation| {
        let place = match operation.name {
            "platform_organizations_create" => 0,
            "platform_organizations_delete" => 3,
            "platform_organizations_restore" => 4,
            "platform_auth_logout" => 5,
            _ if operation.method == Method::DELETE => 2,
            _ => 1,
        };
        (place, operation.name)
    });
    let mut requests = 0;
    for operation in &walked {
        let path =
            operation.path.replace("{slug}", "guard").replace("{id}", &second).replace("{domain}", "guard.example");
        let kind = if operation.takes_json { "application/json" } else { "" };
        let body = match operation.name {
            "platform_organizations_move" => json!({"placement": "schema"}).to_string().into_bytes(),
            _ if operation.takes_json => operation.body().to_string().into_bytes(),
            _ => Vec::new(),
        };
        let call = Call { client: operator.clone(), method: operation.method.clone(), path, kind, body };
        let before = digests.take().await;
        for caller in callers.iter().filter(|caller| caller.name != "operator") {
            let answer = call.send_as(&caller.client.at("localhost"), &[]).await;
            assert_eq!(answer.status, 401, "{} as {}", operation.name, caller.name);
            let answer = call.send_as(&caller.client, &[]).await;
            assert_eq!(answer.status, 404, "{} as {}", operation.name, caller.name);
            requests += 2;
        }
        assert_eq!(digests.take().await, before, "{} changed something although it was refused", operation.name);
        let answer = call.send().await;
        assert!(answer.status.is_success(), "{}: {} {:?}", operation.name, answer.status, answer.bytes);
        // What was queued is done before the next one.
        app.run_jobs().await;
        requests += 1;
    }
    let login = json!({"email": "op@example.org", "password": PASSWORD});
    operator.post("/platform/auth/login/", login).await.ok();
    (requests, walked.len() + 1)
}

/// The kinds of ids that a field or parameter could take, by its description: the named one, or any for text.
fn kinds(property: &Value) -> Vec<&'static str> {
    let text = property.to_string();
    let named = KINDS.iter().filter(|(kind, _)| {
        let name = match *kind {
            "tickets" => "TicketId",
            "messages" => "MessageId",
            "files" => "FileId",
            "customers" => "CustomerId",
            "teams" => "TeamId",
            "users" => "UserId",
            _ => return false,
        };
        text.contains(&format!("schemas/{name}\""))
    });
    let named: Vec<_> = named.map(|(kind, _)| *kind).collect();
    let is_text = text.contains("\"string\"") && !text.contains("\"enum\"") && !text.contains("date-time");
    match (named.is_empty(), is_text) {
        (true, true) => vec!["tickets", "messages", "files", "customers", "teams", "users"],
        (true, false) => Vec::new(),
        (false, _) => named,
    }
}

/// A request with an id of the other organization, or with one of nothing.
struct WithId<'a> {
    id: &'a str,
    path: String,
    body: Option<Value>,
}

/// The same answer for ids of the other organization as for ids of nothing; that it names the id that
/// was sent is no difference.
async fn alike(client: &Client, operation: &Operation, [foreign, nothing]: [WithId<'_>; 2]) {
    let what = format!("{} {} {:?}", operation.name, foreign.path, foreign.body);
    let ask = async |with: WithId<'_>| {
        let (status, text) = comparable(&client.send(operation.method.clone(), &with.path, &[], with.body).await);
        (status, text.replace(with.id, "ID"))
    };
    let (theirs, none) = (ask(foreign).await, ask(nothing).await);
    if operation.method != Method::GET && (theirs.0 < 300 || none.0 < 300) {
        // It was stored as text; what is made twice may be in conflict.
        assert!([theirs.0, none.0].iter().all(|status| *status < 300 || *status == 409), "{what}: {theirs:?} {none:?}");
    } else {
        assert_eq!(theirs, none, "{what}");
    }
}

#[tokio::test]
async fn ids_of_others_in_queries_find_nothing() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let mut tried = 0;
    for operation in operations() {
        let parameters = operation.description["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            // Links to other pages repeat what was asked.
            if ["cursor", "ordering"].contains(&name) {
                continue;
            }
            for kind in kinds(&parameter["schema"]) {
                let with = |id| WithId { id, path: format!("{}?{name}={id}", own.fill(&operation.path)), body: None };
                alike(&app.admin(), &operation, [with(theirs.id(kind)), with(nothing.id(kind))]).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    let both = format!("/tickets/?ids={}&ids={}", own.id("tickets"), theirs.id("tickets"));
    let found = app.admin().get(&both).await.ok();
    assert_eq!((&found["count"], &found["results"][0]["id"]), (&json!(1), &json!(own.id("tickets"))));
    let both = format!("/tickets/?ids={},{}", own.id("tickets"), theirs.id("tickets"));
    assert!(app.admin().get(&both).await.status != 500);
}

#[tokio::test]
async fn ids_of_others_in_bodies_are_ids_of_nothing() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let mut tried = 0;
    let before = app.foreign_admin().get(&theirs.fill("/api/v1/tickets/{id}/")).await.ok();
    let writing = operations().into_iter().filter(|operation| operation.takes_json && operation.needs.is_some());
    // Passwords are hashed, one by one; they are no ids.
    for operation in writing.filter(|operation| !operation.path.starts_with("/api/v1/auth/")) {
        for (field, property) in super::bodies::properties(&operation) {
            let is_list = property.to_string().contains("\"array\"");
            for kind in kinds(&property) {
                let with = |id| {
                    let mut body = operation.body();
                    body[&field] = if is_list { json!([id]) } else { json!(id) };
                    WithId { id, path: own.fill(&operation.path), body: Some(body) }
                };
                alike(&app.admin(), &operation, [with(theirs.id(kind)), with(nothing.id(kind))]).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    let after = app.foreign_admin().get(&theirs.fill("/api/v1/tickets/{id}/")).await.ok();
    assert_eq!(before, after);
    app.expect_pending();
}

#[tokio::test]
async fn what_others_send_along_is_of_no_use() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    // The same key of both organizations: two tickets.
    let key = [("idempotency-key", "matrix")];
    let send =
        async |client: &Client| client.send(Method::POST, "/tickets/", &key, Some(json!({"subject": "x"}))).await;
    let (first, second) = (send(&app.foreign_admin()).await, send(&app.admin()).await);
    assert!(!second.headers.contains_key("idempotency-replayed"));
    assert_ne!(first.created()["id"], second.created()["id"]);
    // Versions of a ticket that is not there are no versions.
    for version in ["\"1\"", "\"999\"", "*"] {
        let write = async |ids: &Things| {
            let path = ids.fill("/api/v1/tickets/{id}/");
            comparable(&app.admin().send(Method::PATCH, &path, &[("if-match", version)], Some(json!({}))).await)
        };
        let read = async |ids: &Things| {
            let path = ids.fill("/api/v1/tickets/{id}/");
            comparable(&app.admin().send(Method::GET, &path, &[("if-none-match", version)], None).await)
        };
        let nothing = Things::random();
        assert_eq!(write(&theirs).await, write(&nothing).await);
        assert_eq!(read(&theirs).await, read(&nothing).await);
    }
    // A link to a file is good at its organization only, and for this file.
    let link = app.admin().get(&own.fill("/api/v1/files/{id}/")).await;
    let link = link.headers["location"].to_str().unwrap().to_owned();
    let foreign = app.foreign_admin();
    assert!(app.anonymous().get(&link).await.status.is_success());
    for bad in
        [link.replace(own.id("files"), theirs.id("files")), format!("{link}0"), link.replace("expires=", "expires=9")]
    {
        assert!(app.anonymous().get(&bad).await.status.is_client_error(), "{bad}");
        assert!(foreign.get(&bad).await.status.is_client_error(), "{bad}");
    }
    let mut both = strange_key(&app).await;
    both.token = app.admin().token;
    both.get("/tickets/").await.is(400);
}

/// Whether all numbers in it are 0.
fn counts_nothing(figures: &Value) -> bool {
    match figures {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(all) => all.iter().all(counts_nothing),
        Value::Object(all) => all.values().all(counts_nothing),
        _ => true,
    }
}

/// Every way to a ticket of somebody else, for those who do not see it.
#[tokio::test]
async fn tickets_that_are_not_seen_are_nowhere() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let whole = app.admin().get(&own.fill("/api/v1/tickets/{id}/")).await.ok();
    let (ticket, number) = (own.id("tickets"), &whole["number"]);
    app.admin().patch(&format!("/tickets/{ticket}/"), json!({"external_id": "OUTSIDE-7"})).await.ok();
    let to_late = kernel::Clock::now(&*app.clock) + chrono::TimeDelta::days(30);
    let callers: Vec<_> =
        callers(&app).await.into_iter().filter(|caller| caller.may.is_some() && !caller.sees).collect();
    app.advance(chrono::TimeDelta::minutes(10));
    for caller in callers.iter().filter(|caller| caller.may.as_ref().unwrap().contains(&Permission::TicketRead)) {
        let get = async |path: String| {
            let answer = caller.client.get(&path).await;
            caller.check_words(&path, &answer);
            answer
        };
        for name in [ticket.to_owned(), number.to_string(), "ext:OUTSIDE-7".to_owned()] {
            for below in ["", "messages/", "comments/"] {
                get(format!("/tickets/{name}/{below}")).await.is(404);
            }
        }
        for query in [
            format!("ids={ticket}"),
            "search=PRIVATE".to_owned(),
            "search=OUTSIDE-7".to_owned(),
            format!("search={number}"),
            format!("due_before={}", to_late.format("%Y-%m-%dT%H:%M:%SZ")),
            "status=new&status=open".to_owned(),
            "tag=guard".to_owned(),
            "page_size=100&ordering=-number".to_owned(),
        ] {
            for list in ["tickets", "tickets/overdue"] {
                let found = get(format!("/{list}/?{query}")).await;
                if found.status.is_success() {
                    assert_eq!(found.json()["count"], 0, "{list} {query} as {}", caller.name);
                }
            }
        }
        for figures in ["/tickets/counts/", "/tickets/statistics/"] {
            let figures = get(figures.to_owned()).await.ok();
            assert!(counts_nothing(&figures), "{figures} as {}", caller.name);
        }
        get(own.fill("/api/v1/files/{id}/")).await.is(404);
    }
    app.expect_pending();
}

/// What would be worth adding to any body.
fn coveted(app: &TestApp) -> [(&'static str, Value); 14] {
    let b = app.world.b.organization.id.to_string();
    [
        ("role", json!("owner")),
        ("roles", json!(["owner"])),
        ("is_admin", json!(true)),
        ("tenant_id", json!(b)),
        ("account_id", json!(b)),
        ("organization_id", json!(b)),
        ("owner_id", json!(app.world.a.user("agent").to_string())),
        ("password", json!("another horse battery")),
        ("email_verified", json!(true)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("internal", json!(true)),
        ("permissions", json!(["users:write"])),
        ("ignore_permissions", json!(true)),
        ("id", json!(Things::random().id("users"))),
    ]
}

#[tokio::test]
async fn nothing_is_assigned_that_is_not_a_field() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let mut digests = Digests::of(&app).await;
    let (operator, mut tried) = (operator(&app).await, 0);
    for operation in operations().into_iter().chain(operators()).filter(|operation| operation.takes_json) {
        let is_platform = operation.path.starts_with("/api/v1/platform/");
        let client = if is_platform { operator.clone() } else { app.admin() };
        let fields = super::bodies::properties(&operation);
        let before = digests.take().await;
        for (name, value) in coveted(&app) {
            if fields.iter().any(|(field, _)| field == name) {
                continue;
            }
            let mut body = operation.body();
            body[name] = value;
            let answer = operation.send(&client, &own, body).await;
            assert_eq!(answer.problem(name), "unknown", "{}", operation.name);
            tried += 1;
        }
        assert_eq!(digests.take().await, before, "{}", operation.name);
    }
    println!("{tried} fields refused");
    assert!(tried > 600, "{tried}");
}
