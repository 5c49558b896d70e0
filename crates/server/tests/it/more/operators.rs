//! Operators of the installation.

use serde_json::json;

use crate::harness::{TestApp, world::PASSWORD};

#[tokio::test]
async fn operators_sign_in_on_the_bare_host_and_see_no_tickets() {
    let app = TestApp::start().await;
    let hash = identity::password::hash(PASSWORD.to_owned()).await.unwrap();
    db::platform::upsert_operator(&app.state.db, "op@example.org", &hash).await.unwrap();
    let body = json!({ "email": "Op@example.org", "password": PASSWORD });
    app.anonymous().post("/platform/auth/login/", body.clone()).await.is(404);
    let bare = app.anonymous().at("localhost");
    let mut operator = bare.clone();
    operator.token = bare.post("/platform/auth/login/", body).await.ok()["access"].as_str().map(str::to_owned);
    for path in ["/tickets/", "/auth/me/", "/customers/"] {
        operator.get(path).await.is(401);
        operator.at("acme.localhost").get(path).await.is(401);
    }
    let wrong = json!({ "email": "op@example.org", "password": "not the password" });
    bare.post("/platform/auth/login/", wrong).await.is(401);
}
