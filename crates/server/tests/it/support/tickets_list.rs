//! Lists of tickets: filters, order, pages, cursors.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::seeds::{bulk, hour, numbers, seed};
use crate::harness::{Client, TestApp};

/// All numbers by following `next` from here.
async fn walk(client: &Client, query: &str) -> Vec<i64> {
    let (mut all, mut path) = (Vec::new(), Some(format!("/api/v1/tickets/?{query}")));
    while let Some(here) = path {
        let page = client.get(&here).await.ok();
        all.extend(page["results"].as_array().unwrap().iter().map(|ticket| ticket["number"].as_i64().unwrap()));
        path = page["next"].as_str().map(str::to_owned);
        assert!(all.len() < 2_000, "the walk does not end");
    }
    all
}

/// The same by the cursor behind each page's last row, which only `next` of a cursor page names.
async fn walk_by_cursor(client: &Client, query: &str, ordering: &str) -> Vec<i64> {
    let first = client.get(&format!("/tickets/?{query}&ordering={ordering}")).await.ok()["results"][0].clone();
    let column = ordering.trim_start_matches('-');
    let place = match column {
        "number" => first["number"].as_i64().unwrap(),
        "priority" => {
            ["low", "medium", "high", "urgent"].iter().position(|p| first["priority"] == *p).unwrap() as i64 + 1
        }
        time => first[time].as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp_micros(),
    };
    let id: kernel::TicketId = first["id"].as_str().unwrap().parse().unwrap();
    let cursor = web::Cursor { o: ordering.to_owned(), v: Some(place.to_string()), i: id.0 }.encode();
    let mut all = vec![first["number"].as_i64().unwrap()];
    all.extend(walk(client, &format!("{query}&ordering={ordering}&cursor={cursor}")).await);
    all
}

#[tokio::test]
async fn each_filter_finds_exactly_its_tickets() {
    let app = TestApp::start().await;
    seed(&app).await;
    let (agent, a) = (app.agent(), &app.world.a);
    let cleo = agent.get("/tickets/1/").await.ok();
    let (customer, id) = (cleo["customer"]["id"].as_str().unwrap(), cleo["id"].as_str().unwrap());
    let team = a.team;
    for (query, expected) in [
        (String::new(), vec![1, 2, 3, 4, 5]),
        ("status=resolved".into(), vec![4]),
        ("status=new&status=In%20Progress".into(), vec![1, 2, 5]),
        ("status_category=pending&status_category=resolved".into(), vec![3, 4]),
        ("priority=Critical".into(), vec![1]),
        ("priority=low&priority=high".into(), vec![2, 4]),
        ("type=task".into(), vec![3]),
        ("channel=portal&channel=email".into(), vec![2, 5]),
        ("assignee=me".into(), vec![1]),
        (format!("assignee={}", a.user("agent2")), vec![2]),
        ("assignee=none".into(), vec![3, 4, 5]),
        ("assignee=me&assignee=none".into(), vec![1, 3, 4, 5]),
        (format!("assignee={}", app.world.b.user("agent")), vec![]),
        (format!("team={team}"), vec![1]),
        ("team=none".into(), vec![2, 3, 4, 5]),
        (format!("customer={customer}"), vec![1, 4]),
        ("company=Initech".into(), vec![2]),
        ("tag=HEAT".into(), vec![1, 4]),
        ("tag=money&tag=wet".into(), vec![1, 2]),
        ("category=Billing".into(), vec![2]),
        (format!("created_after={}", hour(3)), vec![4, 5]),
        (format!("created_before={}", hour(3)), vec![1, 2, 3]),
        (format!("created_after={}&created_before={}", hour(1), hour(2)), vec![2]),
        (format!("updated_after={}", hour(4)), vec![5]),
        (format!("updated_before={}", hour(1)), vec![1]),
        (format!("resolved_after={}", hour(0)), vec![4]),
        (format!("resolved_before={}", hour(0)), vec![]),
        (format!("due_before={}", hour(15)), vec![1]),
        ("is_overdue=true".into(), vec![1]),
        ("is_overdue=false".into(), vec![2, 3, 4, 5]),
        (format!("ids={id}&ids={}", kernel::TicketId(uuid::Uuid::from_u128(7))), vec![1]),
        ("tag=heat&status=new".into(), vec![1]),
        ("search=heat&tag=money".into(), vec![]),
    ] {
        assert_eq!(numbers(&agent, &format!("ordering=number&{query}")).await, expected, "{query}");
        let page = agent.get(&format!("/tickets/?{query}")).await.ok();
        assert_eq!(page["count"].as_u64(), Some(expected.len() as u64), "{query}");
    }
    assert_eq!(numbers(&app.foreign("agent"), "").await, [0_i64; 0]);
}

#[tokio::test]
async fn filters_narrow_a_search_the_same_way() {
    let app = TestApp::start().await;
    seed(&app).await;
    let agent = app.agent();
    for query in [
        "status=new",
        "status_category=resolved",
        "priority=urgent",
        "type=incident",
        "channel=phone",
        "assignee=me",
        "assignee=none",
        "team=none",
        "company=Initech",
        "tag=heat",
        "category=Heating",
        "is_overdue=true",
        "is_overdue=false",
        &format!("created_after={}", hour(1)),
        &format!("due_before={}", hour(15)),
        &format!("updated_before={}", hour(3)),
        &format!("resolved_after={}", hour(0)),
    ] {
        let plain = numbers(&agent, &format!("ordering=number&{query}")).await;
        assert_eq!(numbers(&agent, &format!("ordering=number&search=tk+2026&{query}")).await, plain, "{query}");
    }
}

#[tokio::test]
async fn lists_of_what_names_me_and_what_i_watch() {
    let app = TestApp::start().await;
    seed(&app).await;
    let (world, agent) = (&app.world.a, app.agent());
    app.admin().patch(&format!("/teams/{}/", world.team), json!({"members": [world.user("agent2")]})).await.ok();
    let notes = [
        (1, format!("[@Ada](mention:{})", world.user("agent"))),
        (3, format!("[@Ada](mention:{}) and [@again](mention:{})", world.user("agent"), world.user("agent"))),
        (4, format!("[@Team](mention:{})", world.team)),
        (5, format!("[@Other](mention:{})", app.world.b.user("agent"))),
    ];
    for (number, body) in notes {
        let note = json!({"body": body, "visibility": "internal"});
        app.manager().post(&format!("/tickets/{number}/messages/"), note).await.created();
    }
    agent.post("/tickets/2/watchers/", json!({})).await.created();
    app.as_("agent2").post("/tickets/3/watchers/", json!({})).await.created();
    for (who, query, expected) in [
        ("agent", "mentioned=me", vec![1, 3]),
        ("agent", "watching=me", vec![2]),
        ("agent", "mentioned=me&watching=me", vec![]),
        ("agent", "mentioned=me&status_category=pending", vec![3]),
        ("agent2", "mentioned=me", vec![4]),
        ("agent2", "watching=me", vec![3]),
        ("viewer", "mentioned=me", vec![]),
    ] {
        let client = app.as_(who);
        for search in ["", "&search=tk+2026"] {
            let query = format!("ordering=number&{query}{search}");
            assert_eq!(numbers(&client, &query).await, expected, "{who} {query}");
            assert_eq!(client.get(&format!("/tickets/?{query}")).await.ok()["count"], json!(expected.len()), "{query}");
        }
    }
    // Being named or watching shows nothing that one does not see.
    app.admin().patch("/organization/", json!({"agent_visibility": "own"})).await.ok();
    for search in ["", "&search=tk+2026"] {
        assert_eq!(numbers(&agent, &format!("mentioned=me{search}")).await, [1]);
        assert_eq!(numbers(&agent, &format!("watching=me{search}")).await, [0_i64; 0]);
    }
    assert_eq!(agent.get("/tickets/counts/").await.ok()["mentions"], json!(1));
    for query in ["mentioned=me", "watching=me"] {
        app.customer().get(&format!("/tickets/?{query}")).await.is(422);
    }
}

#[tokio::test]
async fn bad_values_are_named() {
    let app = TestApp::start().await;
    for (field, value) in [
        ("status", "lost"),
        ("status_category", "x"),
        ("priority", "x"),
        ("type", "x"),
        ("channel", "x"),
        ("assignee", "x"),
        ("team", "me"),
        ("mentioned", "none"),
        ("watching", "x"),
        ("customer", "x"),
        ("ids", "x"),
        ("ordering", "subject"),
        ("page", "0"),
        ("page", "-1"),
        ("page_size", "0"),
        ("page", "x"),
        ("created_after", "yesterday"),
        ("is_overdue", "maybe"),
        ("cursor", "nonsense"),
        ("shape", "round"),
    ] {
        let answer = app.agent().get(&format!("/tickets/?{field}={value}")).await;
        assert_eq!(answer.status.as_u16(), 422, "{field}={value}");
        answer.problem(field);
    }
    let ids: String = (0..101).map(|n| format!("ids={}&", kernel::TicketId(uuid::Uuid::from_u128(n)))).collect();
    app.agent().get(&format!("/tickets/?{ids}")).await.is(422);
    for field in ["team=none", "tag=x"] {
        app.customer().get(&format!("/tickets/?{field}")).await.is(422);
    }
}

#[tokio::test]
async fn pages_cover_everything_once() {
    let app = TestApp::start().await;
    bulk(&app, 45, "Many", 1).await;
    let agent = app.agent();
    let mut seen = walk(&agent, "").await;
    assert_eq!(seen.len(), 45);
    seen.sort_unstable();
    assert_eq!(seen, (1..=45).collect::<Vec<_>>());
    let third = agent.get("/tickets/?page=3").await.ok();
    assert_eq!((third["results"].as_array().unwrap().len(), &third["next"]), (5, &Value::Null));
    assert!(third["previous"].as_str().unwrap().contains("page=2"));
    let behind = agent.get("/tickets/?page=4").await.ok();
    assert_eq!((&behind["count"], &behind["results"]), (&json!(45), &json!([])));
    let behind = agent.get("/tickets/?page=4&search=many").await.ok();
    assert_eq!((&behind["count"], &behind["results"]), (&json!(45), &json!([])));
    bulk(&app, 60, "More", 100).await;
    let large = agent.get("/tickets/?page_size=1000").await.ok();
    assert_eq!((large["results"].as_array().unwrap().len(), &large["count"]), (100, &json!(105)));
}

#[tokio::test]
async fn cursors_walk_like_pages_in_every_order() {
    let app = TestApp::start().await;
    bulk(&app, 45, "Many words", 1).await;
    let agent = app.agent();
    for column in ["created_at", "updated_at", "due_at", "priority", "number"] {
        for ordering in [column.to_owned(), format!("-{column}")] {
            for query in ["page_size=7", "page_size=7&search=wor"] {
                let by_page = walk(&agent, &format!("{query}&ordering={ordering}")).await;
                assert_eq!(by_page.len(), 45);
                assert_eq!(walk_by_cursor(&agent, query, &ordering).await, by_page, "{ordering} {query}");
            }
        }
        let mut up = walk(&agent, &format!("ordering={column}")).await;
        up.reverse();
        assert_eq!(up, walk(&agent, &format!("ordering=-{column}")).await, "{column}");
    }
    assert_eq!(numbers(&agent, "ordering=-priority&page_size=1").await.first().map(|n| n % 4), Some(3));
}

#[tokio::test]
async fn cursors_of_other_orders_and_shapes_are_refused() {
    let app = TestApp::start().await;
    bulk(&app, 3, "Many", 1).await;
    let cursor = |o: &str, v: Option<&str>| {
        web::Cursor { o: o.to_owned(), v: v.map(str::to_owned), i: uuid::Uuid::max() }.encode()
    };
    let good = cursor("number", Some("1"));
    let page = app.agent().get(&format!("/tickets/?ordering=number&cursor={good}")).await.ok();
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&Value::Null, 2));
    for query in [
        format!("ordering=-number&cursor={good}"),
        format!("cursor={good}"),
        format!("ordering=number&cursor={}", cursor("number", None)),
        format!("ordering=number&cursor={}", cursor("number", Some("x"))),
        format!("ordering=number&page=2&cursor={good}"),
        format!("ordering=number&cursor={good}x%00"),
    ] {
        assert_eq!(app.agent().get(&format!("/tickets/?{query}")).await.problem("cursor"), "invalid", "{query}");
    }
    for far in ["9223372036854775807", "-9223372036854775808"] {
        for order in ["number", "created_at", "priority", "due_at"] {
            app.agent().get(&format!("/tickets/?ordering={order}&cursor={}", cursor(order, Some(far)))).await.ok();
        }
    }
}
