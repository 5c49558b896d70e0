//! Who signs in, and as whom.

use axum::http::header;
use serde_json::json;

use super::{Browser, add, audit, fake::Fake, for_new_staff, location, parameter};
use crate::{
    guards::things::second_factor,
    harness::{Answer, TestApp, world::PASSWORD},
};

/// One whole sign-in at the provider as this subject with this verified address.
async fn sign_in(app: &TestApp, fake: &Fake, browser: &mut Browser, id: &str, subject: &str, email: &str) -> Answer {
    let url = browser.start(id).await;
    browser.get(&fake.accept(&url, subject, email, app.state.db.now())).await
}

#[tokio::test]
async fn somebody_new_is_added_once_and_known_by_issuer_and_subject() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    let listed = app.anonymous().get("/auth/oidc/").await.ok();
    assert_eq!(listed["results"], json!([{"id": id, "name": "Work"}]));
    let mut browser = Browser::new(app.anonymous());
    let answer = browser.get(&format!("/auth/oidc/{id}/start/?next=/tickets?status=open")).await;
    let (url, cookie) = (location(&answer), answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned());
    assert!(cookie.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
    assert!(url.starts_with(&format!("{}/auth?tenant=1&", fake.issuer())), "{url}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "helpdesk"),
        ("redirect_uri", "http://acme.localhost:8000/api/v1/auth/oidc/callback/"),
        ("scope", "openid email profile"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&url, name), value);
    }
    let back = browser.get(&fake.accept(&url, "u-1", "New@corp.example", app.state.db.now())).await;
    assert_eq!((back.status.as_u16(), location(&back)), (302, "http://acme.localhost:8000/tickets?status=open".into()));
    assert!(back.bytes.is_empty() && back.headers[header::CACHE_CONTROL] == "no-store");
    let me = browser.me().await.unwrap();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("new@corp.example"), Some("agent")));
    assert_eq!(me["name"], "Name of u-1");
    assert!(browser.cookies.keys().all(|name| name == "helpdesk_refresh"), "{:?}", browser.cookies.keys());

    // The same subject is the same person, whatever the address is by now; nobody is added again.
    for email in ["changed@corp.example", "agent@acme.test"] {
        let mut browser = Browser::new(app.anonymous());
        assert_eq!(sign_in(&app, &fake, &mut browser, &id, "u-1", email).await.status, 302);
        assert_eq!(browser.me().await.unwrap()["id"], me["id"]);
    }
    let told = audit(&app, "").await;
    let actions: Vec<&str> = told.iter().map(|(action, _)| action.as_str()).collect();
    let expected = [
        "identity_provider.created",
        "user.created",
        "identity.linked",
        "sign_in.succeeded",
        "sign_in.succeeded",
        "sign_in.succeeded",
    ];
    assert_eq!(actions, expected);
    assert!(told[3].1.contains("Work") && told[3].1.starts_with("user Name of u-1"), "{told:?}");
    assert!(!format!("{told:?}").contains(super::fake::PASSWORD));
}

#[tokio::test]
async fn an_api_client_begins_with_post() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    let mut browser = Browser::new(app.anonymous());
    let path = format!("/auth/oidc/{id}/start/");
    let begun = browser.send(axum::http::Method::POST, &path, &[], Some(json!({}))).await.ok();
    let url = begun["url"].as_str().unwrap();
    let back = browser.get(&fake.accept(url, "u-1", "new@corp.example", app.state.db.now())).await;
    assert_eq!(location(&back), "http://acme.localhost:8000/");
    assert!(browser.me().await.is_some());
}

#[tokio::test]
async fn an_address_alone_opens_nothing() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    let set = async |body| app.admin().patch(&format!("/identity-providers/{id}/"), body).await.ok();
    let mut browser = Browser::new(app.anonymous());
    let agent = app.world.a.member("agent").email.clone();
    // Not allowed to link, although the address is verified and its domain is allowed.
    set(json!({"allowed_domains": ["acme.test", "corp.example"]})).await;
    sign_in(&app, &fake, &mut browser, &id, "u-1", &agent).await.is(403);
    // Another domain, an address that is not verified, or none: nobody is added.
    for (email, verified) in [
        ("new@other.example", json!(true)),
        ("new@corp.example.evil.example", json!(true)),
        ("new@corp.example", json!(false)),
        ("new@corp.example", json!("true")),
        ("new@corp.example", json!(null)),
    ] {
        let url = browser.start(&id).await;
        let mut claims = fake.claims(&url, "u-1", email, app.state.db.now());
        claims["email_verified"] = verified;
        browser.get(&fake.approve(&url, fake.sign(&claims))).await.is(403);
    }
    set(json!({"create_users": false, "link_verified_email": true})).await;
    sign_in(&app, &fake, &mut browser, &id, "u-1", "new@corp.example").await.is(403);
    let url = browser.start(&id).await;
    let mut claims = fake.claims(&url, "u-1", &agent, app.state.db.now());
    claims["email_verified"] = json!(false);
    browser.get(&fake.approve(&url, fake.sign(&claims))).await.is(403);
    // Whoever sets up a provider does not become an owner or another admin by it.
    for mighty in ["owner", "admin"] {
        let email = app.world.a.member(mighty).email.clone();
        sign_in(&app, &fake, &mut browser, &id, mighty, &email).await.is(403);
    }
    assert!(browser.me().await.is_none());
    assert!(audit(&app, "identity.").await.is_empty());

    sign_in(&app, &fake, &mut browser, &id, "u-1", &agent).await;
    assert_eq!(browser.me().await.unwrap()["id"], app.world.a.user("agent").to_string());
    app.admin().patch(&format!("/users/{}/", app.world.a.user("agent")), json!({"status": "suspended"})).await.ok();
    sign_in(&app, &fake, &mut browser, &id, "u-1", &agent).await.is(403);
    assert!(browser.me().await.is_none());
}

#[tokio::test]
async fn userinfo_tells_what_the_token_does_not() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    let mut browser = Browser::new(app.anonymous());
    for (subject, status) in [("somebody else", 401), ("u-1", 302)] {
        fake.tell_userinfo(json!({"sub": subject, "email": "new@corp.example", "email_verified": true, "name": "Nia"}));
        let url = browser.start(&id).await;
        let mut claims = fake.claims(&url, "u-1", "", app.state.db.now());
        for name in ["email", "email_verified", "name"] {
            claims.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(browser.get(&fake.approve(&url, fake.sign(&claims))).await.status.as_u16(), status);
    }
    assert_eq!(browser.me().await.unwrap()["name"], "Nia");
}

#[tokio::test]
async fn customers_have_providers_of_their_own() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let settings = json!({"customers": true, "create_users": true, "link_verified_email": true, "allowed_domains": ["corp.example", "acme.example", "acme.test"]});
    let id = add(&app.admin(), fake.issuer(), settings).await;
    let mut browser = Browser::new(app.anonymous());
    sign_in(&app, &fake, &mut browser, &id, "c-1", "new@corp.example").await;
    let me = browser.me().await.unwrap();
    assert_eq!((me["role"].as_str(), me["name"].as_str()), (Some("customer"), Some("Name of c-1")));
    // The address of staff makes neither a customer nor a member of staff.
    let agent = app.world.a.member("agent").email.clone();
    sign_in(&app, &fake, &mut browser, &id, "c-2", &agent).await.is(403);

    // Somebody took the address with a password before its owner came: the password is gone.
    let victim = app.world.a.member("customer").clone();
    let login = json!({"email": victim.email, "password": PASSWORD});
    let before = app.anonymous().post("/auth/login/", login.clone()).await.ok();
    let sql = format!(
        "update {}.customers set email_verified_at = null where email = $1",
        app.world.a.organization.schema_name
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(&victim.email)
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
    sign_in(&app, &fake, &mut browser, &id, "c-3", &victim.email).await;
    assert_eq!(browser.me().await.unwrap()["id"], app.world.a.customer("customer").to_string());
    app.anonymous().post("/auth/login/", login).await.is(401);
    app.anonymous().post("/auth/refresh/", json!({"refresh": before["refresh"]})).await.is(401);
    // An address that staff set later has to be proven anew; the provider proves another one.
    let path = format!("/customers/{}/", app.world.a.customer("customer"));
    app.admin().patch(&path, json!({"email": "other@acme.example"})).await.ok();
    sign_in(&app, &fake, &mut browser, &id, "c-3", &victim.email).await.is(403);
    assert!(browser.me().await.is_none());
    sign_in(&app, &fake, &mut browser, &id, "c-3", "other@acme.example").await;
    assert_eq!(browser.me().await.unwrap()["email"], "other@acme.example");
    // Made for customers, turned to staff: the links of customers sign in nobody.
    app.admin()
        .patch(&format!("/identity-providers/{id}/"), json!({"customers": false, "create_users": false}))
        .await
        .ok();
    sign_in(&app, &fake, &mut browser, &id, "c-3", &victim.email).await.is(403);
}

#[tokio::test]
async fn people_link_and_unlink_themselves() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), json!({})).await;
    let link = async |who: &str, subject: &str| {
        let mut browser = Browser::new(app.as_(who));
        let path = format!("/auth/oidc/{id}/link/");
        let begun = browser.send(axum::http::Method::POST, &path, &[], Some(json!({"next": "/me"}))).await.ok();
        // The browser comes back without a token.
        browser.client.token = None;
        let url = begun["url"].as_str().unwrap().to_owned();
        browser.get(&fake.accept(&url, subject, "private@elsewhere.example", app.state.db.now())).await
    };
    assert_eq!(location(&link("owner", "o-1").await), "http://acme.localhost:8000/me");
    link("agent", "o-1").await.is(409);
    let mut browser = Browser::new(app.anonymous());
    sign_in(&app, &fake, &mut browser, &id, "o-1", "whatever@elsewhere.example").await;
    assert_eq!(browser.me().await.unwrap()["id"], app.world.a.user("owner").to_string());
    let own = app.as_("owner").get("/auth/identities/").await.ok();
    let identity = own["results"][0].clone();
    assert_eq!((own["count"].as_i64(), identity["provider"]["name"].as_str()), (Some(1), Some("Work")));
    assert_eq!(
        (identity["email"].as_str(), identity["last_used_at"].is_string()),
        (Some("private@elsewhere.example"), true)
    );
    let path = format!("/auth/identities/{}/", identity["id"].as_str().unwrap());
    assert_eq!(app.agent().get("/auth/identities/").await.ok()["count"], 0);
    app.agent().delete(&path).await.is(404);
    app.as_("owner").delete(&path).await.is(204);
    sign_in(&app, &fake, &mut browser, &id, "o-1", "whatever@elsewhere.example").await.is(403);
    let actions: Vec<String> = audit(&app, "identity.").await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["identity.linked", "identity.unlinked"]);
    // Customers do not link themselves at a provider for staff.
    app.customer().post(&format!("/auth/oidc/{id}/link/"), json!({})).await.is(409);
}

#[tokio::test]
async fn whoever_signed_out_meanwhile_links_nothing() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), json!({})).await;
    let mut browser = Browser::new(app.agent());
    let path = format!("/auth/oidc/{id}/link/");
    let begun = browser.send(axum::http::Method::POST, &path, &[], Some(json!({}))).await.ok();
    app.agent().post("/auth/logout/", json!(null)).await.is(204);
    let url = begun["url"].as_str().unwrap();
    browser.get(&fake.accept(url, "a-1", "x@corp.example", app.state.db.now())).await.is(401);
    assert!(audit(&app, "identity.").await.is_empty());
}

#[tokio::test]
async fn whoever_is_removed_is_forgotten() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    let mut browser = Browser::new(app.anonymous());
    sign_in(&app, &fake, &mut browser, &id, "u-1", "new@corp.example").await;
    let first = browser.me().await.unwrap()["id"].as_str().unwrap().to_owned();
    app.admin().delete(&format!("/users/{first}/")).await.is(204);
    assert!(browser.me().await.is_none());
    // The address and the identity may belong to another account from then on.
    sign_in(&app, &fake, &mut browser, &id, "u-1", "new@corp.example").await;
    assert_ne!(browser.me().await.unwrap()["id"], first);
}

#[tokio::test]
async fn whoever_has_a_second_factor_is_asked_for_it() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let settings = json!({"link_verified_email": true, "allowed_domains": ["acme.test"]});
    let id = add(&app.admin(), fake.issuer(), settings).await;
    let (secret, recovery) = second_factor(&app, &app.agent()).await;
    let mut browser = Browser::new(app.anonymous());
    let email = app.world.a.member("agent").email.clone();
    let answer = sign_in(&app, &fake, &mut browser, &id, "u-1", &email).await;
    assert_eq!(answer.is(401)["code"], "OTP_REQUIRED");
    assert!(browser.me().await.is_none());
    let complete = async |browser: &mut Browser, code: &str| {
        let body = Some(json!({ "otp": code }));
        browser.send(axum::http::Method::POST, "/auth/oidc/complete/", &[], body).await
    };
    // Another browser has nothing to complete, and a code is not enough.
    app.advance(chrono::TimeDelta::seconds(30));
    let code = app.totp(&secret, 0);
    complete(&mut Browser::new(app.anonymous()), &code).await.is(401);
    assert_eq!(complete(&mut browser, "000000").await.is(401)["code"], "OTP_REQUIRED");
    assert!(browser.me().await.is_none());
    let cookies = browser.cookies.clone();
    let signed_in = complete(&mut browser, &code).await.ok();
    assert_eq!(signed_in["user"]["id"], app.world.a.user("agent").to_string());
    assert!(signed_in.get("refresh").is_none() && browser.me().await.is_some());
    // Used up, also for whoever has another good code.
    let mut again = Browser::new(app.anonymous());
    again.cookies = cookies.into_iter().filter(|(name, _)| name == "helpdesk_sign_in").collect();
    assert_eq!(again.cookies.len(), 1);
    assert_eq!(complete(&mut again, &recovery[0]).await.is(401)["code"], "AUTHENTICATION_ERROR");
    // The next time a recovery code does; after ten minutes nothing does.
    sign_in(&app, &fake, &mut browser, &id, "u-1", &email).await.is(401);
    complete(&mut browser, &recovery[0]).await.ok();
    sign_in(&app, &fake, &mut browser, &id, "u-1", &email).await.is(401);
    app.advance(chrono::TimeDelta::minutes(10));
    complete(&mut browser, &recovery[1]).await.is(401);
}

#[tokio::test]
async fn people_with_a_browser_read_on_the_sign_in_page_how_it_goes_on() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let settings = json!({"link_verified_email": true, "allowed_domains": ["acme.test"]});
    let id = add(&app.admin(), fake.issuer(), settings).await;
    second_factor(&app, &app.agent()).await;
    let page = [("accept", "text/html,application/xhtml+xml")];
    for (subject, email, expected) in [
        ("u-1", app.world.a.member("agent").email.clone(), "/sign-in?step=code&next=%2Ftickets%3Fstatus%3Dopen"),
        ("u-2", "nobody@acme.test".to_owned(), "/sign-in?step=refused"),
    ] {
        let mut browser = Browser::new(app.anonymous());
        let url = browser.start(&id).await;
        let back = fake.accept(&url, subject, &email, app.state.db.now());
        let answer = browser.send(axum::http::Method::GET, &back, &page, None).await;
        assert_eq!((answer.status.as_u16(), location(&answer)), (302, format!("http://acme.localhost:8000{expected}")));
        assert_eq!(browser.cookies.contains_key("helpdesk_sign_in"), subject == "u-1");
        assert!(browser.me().await.is_none());
    }
}

#[tokio::test]
async fn a_custom_role_that_may_do_what_administrators_may_is_not_found_by_address() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let role = json!({"name": "Keeper", "key": "keeper", "permissions": ["users:read", "users:write"]});
    app.admin().post("/roles/", role).await.created();
    let agent = app.world.a.user("agent");
    app.admin().patch(&format!("/users/{agent}/"), json!({"role": "keeper"})).await.ok();
    let settings = json!({"link_verified_email": true, "allowed_domains": ["acme.test"]});
    let id = add(&app.admin(), fake.issuer(), settings).await;
    let mut browser = Browser::new(app.anonymous());
    let email = app.world.a.member("agent").email.clone();
    sign_in(&app, &fake, &mut browser, &id, "u-1", &email).await.is(403);
}
