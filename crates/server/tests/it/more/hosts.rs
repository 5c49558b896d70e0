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

#[tokio::test]
async fn no_organization_looks_like_another() {
    let app = TestApp::start().await;
    let ensure = async |slug: &str, own_schema| {
        server::organizations::ensure(&app.state, &By::default(), slug, "New", own_schema).await
    };
    for alike in ["acrne", "ac-me", "gl0bex", "g1obex", "glo-bex"] {
        let refused = ensure(alike, true).await.unwrap_err();
        assert_eq!(refused.to_string(), "This slug looks like that of another organization.", "{alike}");
    }
    let schemas: i64 = sqlx::query_scalar("select count(*) from pg_namespace where nspname ~ '^t_'")
        .fetch_one(&mut app.database.superuser().await)
        .await
        .unwrap();
    let organizations =
        [&app.world.a, &app.world.b].into_iter().filter(|side| side.organization.schema_name != "shared");
    assert_eq!(schemas, organizations.count() as i64, "a schema was made for nobody");
    assert!(ensure("wave", false).await.unwrap().1);
    assert!(!ensure("wave", false).await.unwrap().1);
    // Two at once: one of them is first.
    let (one, two) = tokio::join!(ensure("vvave-2", false), ensure("wave2", false));
    assert_eq!([&one, &two].iter().filter(|result| result.is_ok()).count(), 1, "{one:?} {two:?}");
}
