//! The host decides the organization.

use db::operators::By;

use crate::harness::TestApp;

#[tokio::test]
async fn a_token_is_for_one_organization() {
    let app = TestApp::start().await;
    for host in [
        "acme.localhost",
        "ACME.localhost:8000",
        "acme.localhost.",
        "localhost",
        "localhost:8000",
        "127.0.0.1",
        "[::1]:8000",
    ] {
        assert_eq!(app.agent().at(host).get("/auth/me/").await.ok()["organization"]["slug"], "acme", "{host}");
    }
    app.agent().at("globex.localhost").get("/auth/me/").await.is(401);
    app.foreign("agent").at("acme.localhost").get("/tickets/").await.is(401);
    app.foreign("agent").at("localhost").get("/tickets/").await.ok();
    // A second Host header is refused, not chosen from.
    let other = [("host", "globex.localhost")];
    let twice = app.anonymous().raw(axum::http::Method::GET, "/tickets/", &other, Vec::new()).await;
    assert_eq!(twice.is(400)["code"], "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_verified_domain_is_a_host_of_its_organization() {
    let app = TestApp::start().await;
    db::platform::add_domain(&app.state.db, &By::default(), &app.world.a.organization, "help.acme.example")
        .await
        .unwrap();
    app.agent().at("Help.Acme.example").get("/tickets/").await.ok();
    app.foreign("agent").at("help.acme.example").get("/tickets/").await.is(401);
    assert!(
        db::platform::add_domain(&app.state.db, &By::default(), &app.world.b.organization, "help.acme.example")
            .await
            .is_err()
    );
}
