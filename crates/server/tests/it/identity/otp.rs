//! The second factor: set up, asked for at sign-in, required by roles, removed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{audited, dump};
use crate::{
    guards::things::{Things, operations, second_factor},
    harness::{Answer, TestApp, world::PASSWORD},
};

async fn login(app: &TestApp, who: &str, otp: Option<&str>) -> Answer {
    let mut body = json!({"email": app.world.a.member(who).email, "password": PASSWORD});
    if let Some(otp) = otp {
        body["otp"] = json!(otp);
    }
    app.anonymous().post("/auth/login/", body).await
}

/// Moves on by one step, so that the next code is a new one.
fn next(app: &TestApp, secret: &Value) -> String {
    app.advance(TimeDelta::seconds(30));
    app.totp(secret, 0)
}

fn due(answer: &Answer) -> Value {
    let body = answer.is(401);
    assert_eq!(body["code"], "OTP_REQUIRED");
    assert!(body.get("access").is_none());
    body
}

#[tokio::test]
async fn sign_in_asks_for_a_code_once_it_is_confirmed() {
    let app = TestApp::start().await;
    for who in ["agent", "customer"] {
        let client = app.as_(who);
        let wrong = client.post("/auth/otp/setup/", json!({"password": "not the password"})).await;
        assert_eq!(wrong.problem("password"), "wrong");
        client.post("/auth/otp/confirm/", json!({"code": "123456"})).await.is(409);
        let setup = client.post("/auth/otp/setup/", json!({"password": PASSWORD})).await.ok();
        let (uri, secret) = (setup["otpauth_uri"].as_str().unwrap(), setup["secret"].as_str().unwrap());
        assert!(uri.starts_with("otpauth://totp/") && uri.contains(secret) && secret.len() == 32, "{uri}");
        login(&app, who, None).await.ok();
        let other = login(&app, who, None).await.ok();
        assert_eq!(client.get("/auth/otp/").await.ok()["enabled"], false);
        client.post("/auth/otp/recovery-codes/", json!({"password": PASSWORD})).await.is(409);
        assert_eq!(client.post("/auth/otp/confirm/", json!({"code": "12345"})).await.problem("code"), "wrong");
        let code = app.totp(&setup["secret"], 0);
        let confirmed = client.post("/auth/otp/confirm/", json!({"code": code})).await.ok();
        assert_eq!(confirmed["recovery_codes"].as_array().unwrap().len(), 10);
        client.post("/auth/otp/confirm/", json!({"code": code})).await.is(409);
        client.post("/auth/otp/setup/", json!({"password": PASSWORD})).await.is(409);
        let state = client.get("/auth/otp/").await.ok();
        assert_eq!((&state["enabled"], &state["recovery_codes_left"]), (&json!(true), &json!(10)));
        // Whoever signed in with the password only is out.
        app.anonymous().with_token(&other["access"]).get("/auth/me/").await.is(401);
        due(&login(&app, who, None).await);
        let wrong = due(&login(&app, who, Some(if code == "000000" { "111111" } else { "000000" })).await);
        assert_ne!(wrong["detail"], due(&login(&app, who, None).await)["detail"]);
        due(&login(&app, who, Some(&code)).await);
        let code = next(&app, &setup["secret"]);
        let signed_in = login(&app, who, Some(&code)).await.ok();
        due(&login(&app, who, Some(&code)).await);
        let refreshed = app.anonymous().post("/auth/refresh/", json!({"refresh": signed_in["refresh"]})).await.ok();
        app.anonymous().with_token(&refreshed["access"]).get("/auth/me/").await.ok();
        // The step before and the one after count too, each once, and none after a later one.
        app.advance(TimeDelta::seconds(90));
        login(&app, who, Some(&app.totp(&setup["secret"], -1))).await.ok();
        login(&app, who, Some(&app.totp(&setup["secret"], 1))).await.ok();
        for old in [-2, -1, 0, 1, 2] {
            due(&login(&app, who, Some(&app.totp(&setup["secret"], old))).await);
        }
    }
    assert_eq!(audited(&app, "otp.enabled").await.len(), 2);
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_of_the_code() {
    let app = TestApp::start().await;
    let (secret, _) = second_factor(&app, &app.agent()).await;
    app.advance(TimeDelta::seconds(30));
    let email = &app.world.a.member("agent").email;
    let mut seen = Vec::new();
    for otp in [None, Some("000000".to_owned()), Some(app.totp(&secret, 0))] {
        let body = json!({"email": email, "password": "not the password", "otp": otp});
        let mut answer = app.anonymous().post("/auth/login/", body).await.is(401);
        answer.as_object_mut().unwrap().remove("request_id");
        seen.push(answer);
    }
    assert_eq!(seen[0]["code"], "AUTHENTICATION_ERROR");
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:?}");
    // Nor was the code used up.
    login(&app, "agent", Some(&app.totp(&secret, 0))).await.ok();
}

#[tokio::test]
async fn of_twenty_uses_of_one_code_one_succeeds() {
    let app = TestApp::start().await;
    let (secret, recovery) = second_factor(&app, &app.agent()).await;
    for use_recovery_code in [false, true] {
        // What was counted before is forgotten, and the code is a new one.
        app.advance(TimeDelta::hours(2));
        let otp = if use_recovery_code { recovery[0].clone() } else { app.totp(&secret, 0) };
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let body = json!({"email": app.world.a.member("agent").email, "password": PASSWORD, "otp": otp});
            let client = app.anonymous();
            tries.spawn(async move { client.post("/auth/login/", body).await.status.as_u16() });
        }
        let mut statuses = tries.join_all().await;
        statuses.sort_unstable();
        // The tenth bad try locks.
        assert_eq!(statuses, [vec![200], vec![401; 10], vec![429; 9]].concat(), "{otp}");
    }
}

#[tokio::test]
async fn wrong_codes_lock_the_second_step() {
    let app = TestApp::start().await;
    let (secret, codes) = second_factor(&app, &app.agent()).await;
    app.advance(TimeDelta::seconds(30));
    let wrong = if app.totp(&secret, 0) == "000000" { "000001" } else { "000000" };
    for _ in 0..10 {
        due(&login(&app, "agent", Some(wrong)).await);
    }
    // Right ones do not help any more, in whatever form.
    for otp in [app.totp(&secret, 0), codes[0].clone()] {
        assert_eq!(login(&app, "agent", Some(&otp)).await.is(429)["code"], "RATE_LIMITED");
    }
    assert_eq!(audited(&app, "sign_in.otp_failed").await.len(), 10);
    let lockout = format!("/users/{}/lockout/", app.world.a.user("agent"));
    assert_eq!(app.admin().get(&lockout).await.ok()["is_locked"], true);
    app.admin().delete(&lockout).await.is(204);
    login(&app, "agent", Some(&app.totp(&secret, 0))).await.ok();
    // Nor can a stolen session try out passwords.
    for _ in 0..10 {
        let tried = app.agent().post("/auth/otp/recovery-codes/", json!({"password": "not the password"})).await;
        assert_eq!(tried.problem("password"), "wrong");
    }
    app.agent().post("/auth/otp/recovery-codes/", json!({"password": PASSWORD})).await.is(429);
}

#[tokio::test]
async fn recovery_codes_take_the_place_of_a_code_once() {
    let app = TestApp::start().await;
    let (_, codes) = second_factor(&app, &app.agent()).await;
    login(&app, "agent", Some(&codes[3].to_uppercase().replace('-', " "))).await.ok();
    due(&login(&app, "agent", Some(&codes[3])).await);
    assert_eq!(app.agent().get("/auth/otp/").await.ok()["recovery_codes_left"], 9);
    assert_eq!(audited(&app, "otp.recovery_code_used").await[0]["after"], json!({"recovery_codes_left": 9}));
    // Those of somebody else are nobody's here.
    let (_, others) = second_factor(&app, &app.as_("agent2")).await;
    due(&login(&app, "agent", Some(&others[0])).await);
    let renewed = app.agent().post("/auth/otp/recovery-codes/", json!({"password": PASSWORD})).await.ok();
    due(&login(&app, "agent", Some(&codes[4])).await);
    login(&app, "agent", renewed["recovery_codes"][0].as_str()).await.ok();
    let wrong = app.agent().post("/auth/otp/recovery-codes/", json!({"password": "not the password"})).await;
    assert_eq!(wrong.problem("password"), "wrong");
}

#[tokio::test]
async fn nothing_of_it_can_be_read_in_the_database() {
    let app = TestApp::start().await;
    let (factor, codes) = second_factor(&app, &app.agent()).await;
    let secret = factor.as_str().unwrap();
    let bits: String = secret
        .bytes()
        .map(|letter| {
            let place = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
            format!("{place:05b}")
        })
        .collect();
    let hex: String = bits
        .as_bytes()
        .chunks_exact(4)
        .map(|four| format!("{:x}", u8::from_str_radix(std::str::from_utf8(four).unwrap(), 2).unwrap()))
        .collect();
    for table in ["otp_factors", "recovery_codes", "audit_log"] {
        let stored = dump(&app, table).await;
        assert!(!stored.is_empty(), "{table}");
        for plain in [secret, hex.as_str(), codes[0].as_str(), &codes[0].replace('-', "")] {
            assert!(!stored.contains(plain), "{plain} stands in {table}");
        }
    }
    // New keys for secrets change what is stored and nothing else.
    let before = dump(&app, "otp_factors").await;
    assert_eq!(server::keys::rotate(&app.state).await.unwrap().secrets, 1);
    assert_ne!(dump(&app, "otp_factors").await, before);
    let code = next(&app, &factor);
    login(&app, "agent", Some(&code)).await.ok();
}

#[tokio::test]
async fn it_is_removed_with_the_password() {
    let app = TestApp::start().await;
    let (secret, codes) = second_factor(&app, &app.agent()).await;
    let remove = async |body: Value| app.agent().send(axum::http::Method::DELETE, "/auth/otp/", &[], Some(body)).await;
    assert_eq!(remove(json!({"password": "not the password"})).await.problem("password"), "wrong");
    assert_eq!(remove(json!({"password": PASSWORD, "code": "x"})).await.problem("code"), "wrong");
    due(&login(&app, "agent", None).await);
    let code = next(&app, &secret);
    remove(json!({"password": PASSWORD, "code": code})).await.is(204);
    login(&app, "agent", None).await.ok();
    // Whoever has no second factor is not asked for one, whatever they send.
    login(&app, "agent", Some(&codes[0])).await.ok();
    remove(json!({"password": PASSWORD})).await.is(204);
    assert_eq!(audited(&app, "otp.disabled").await.len(), 1);
    // The next one has other codes.
    second_factor(&app, &app.agent()).await;
    due(&login(&app, "agent", Some(&codes[1])).await);
}

#[tokio::test]
async fn a_one_time_link_does_not_stand_in_for_it() {
    let app = TestApp::start().await;
    let new = json!({"email": "new@acme.test", "name": "New", "role": "agent"});
    let made = app.admin().post("/users/", new).await.created();
    let token = made["invitation_url"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    let set = json!({"token": token, "password": PASSWORD});
    app.anonymous().post("/auth/password/reset/confirm/", set).await.is(204);
    app.run_jobs().await;
    let body = json!({"email": "new@acme.test", "password": PASSWORD});
    let access = app.anonymous().post("/auth/login/", body.clone()).await.ok()["access"].clone();
    second_factor(&app, &app.anonymous().with_token(&access)).await;
    due(&app.anonymous().post("/auth/login/", body).await);
}

async fn require(app: &TestApp, role: &str, required: bool) {
    let page = app.as_("owner").get("/roles/?page_size=100").await.ok();
    let id = page["results"].as_array().unwrap().iter().find(|each| each["key"] == role).unwrap()["id"].clone();
    let path = format!("/roles/{}/", id.as_str().unwrap());
    app.as_("owner").patch(&path, json!({"require_otp": required})).await.ok();
}

#[tokio::test]
async fn a_role_that_requires_it_allows_nothing_without() {
    let app = TestApp::start().await;
    let key = app.key(&["tickets:read"]).await;
    let ids = Things::random();
    require(&app, "admin", true).await;
    let admin = app.anonymous().with_token(&login(&app, "admin", None).await.ok()["access"]);
    let me = admin.get("/auth/me/").await.ok();
    assert_eq!((&me["otp_required"], &me["permissions"]), (&json!(true), &json!(["self:use", "self:write"])));
    // Neither may the session that was there before.
    app.admin().get("/tickets/").await.is(403);
    for operation in operations() {
        let answer = operation.send(&admin, &ids, operation.body()).await;
        match operation.needs {
            None => continue,
            Some(needs) if needs.starts_with("self:") => assert_ne!(answer.status, 403, "{}", operation.name),
            Some(_) => {
                let refused = answer.is(403);
                assert_eq!(refused["code"], "PERMISSION_DENIED", "{}", operation.name);
                assert!(refused["detail"].as_str().unwrap().contains("auth/otp/setup/"), "{refused}");
            }
        }
    }
    // Programs and other roles go on.
    app.agent().get("/tickets/").await.ok();
    key.get("/tickets/").await.ok();
    let (secret, _) = second_factor(&app, &admin).await;
    assert_eq!(admin.get("/auth/me/").await.ok()["otp_required"], false);
    admin.get("/tickets/").await.ok();
    assert_eq!(admin.get("/auth/otp/").await.ok()["required"], true);
    let remove = json!({"password": PASSWORD, "code": next(&app, &secret)});
    let kept = admin.send(axum::http::Method::DELETE, "/auth/otp/", &[], Some(remove.clone())).await.is(409);
    assert_eq!(kept["code"], "CONFLICT");
    require(&app, "admin", false).await;
    admin.send(axum::http::Method::DELETE, "/auth/otp/", &[], Some(remove)).await.is(204);
    admin.get("/tickets/").await.ok();
}

#[tokio::test]
async fn administrators_help_those_who_lost_it() {
    let app = TestApp::start().await;
    let path = |who: &str| format!("/users/{}/otp/", app.world.a.user(who));
    for who in ["owner", "agent"] {
        second_factor(&app, &app.as_(who)).await;
    }
    second_factor(&app, &app.customer()).await;
    app.admin().delete(&path("owner")).await.is(403);
    app.admin().delete(&path("admin")).await.is(403);
    app.manager().delete(&path("agent")).await.is(403);
    app.foreign_admin().delete(&path("agent")).await.is(404);
    due(&login(&app, "agent", None).await);
    app.agent().get("/auth/me/").await.ok();
    app.admin().delete(&path("agent")).await.is(204);
    app.agent().get("/auth/me/").await.is(401);
    login(&app, "agent", None).await.ok();
    let customer = format!("/customers/{}/otp/", app.world.a.customer("customer"));
    app.as_("agent2").delete(&customer).await.is(403);
    app.admin().delete(&customer).await.is(204);
    app.admin().delete(&customer).await.is(204);
    login(&app, "customer", None).await.ok();
    let rows = audited(&app, "otp.reset").await;
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["actor_name"], &rows[0]["entity_kind"]), (&json!("CANARY-A admin"), &json!("user")));
}
