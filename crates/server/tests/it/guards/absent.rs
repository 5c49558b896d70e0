//! What belongs to somebody else cannot be told from what is not there: not by the answer, its headers
//! or its time.

use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::Value;

use super::things::{Operation, Things, comparable, operations};
use crate::harness::{Answer, Client, TestApp};

/// Medians may differ by this much; what a query more costs on a busy machine lies well below.
const TOLERANCE: Duration = Duration::from_millis(5);

/// All headers but those that differ between any two answers.
fn headers(answer: &Answer) -> Vec<(String, String)> {
    let mut all: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id" && *name != "date" && !name.as_str().contains("ratelimit"))
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .collect();
    all.sort();
    all
}

async fn same(client: &Client, operation: &Operation, theirs: &Things, nothing: &Things) {
    for body in [operation.body(), Value::Object(Default::default())] {
        let foreign = operation.send(client, theirs, body.clone()).await;
        let absent = operation.send(client, nothing, body).await;
        assert_eq!(comparable(&foreign), comparable(&absent), "{}", operation.name);
        assert_eq!(headers(&foreign), headers(&absent), "{}", operation.name);
    }
}

#[tokio::test]
async fn answers_for_others_and_for_nothing_are_the_same_to_the_byte() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let with_ids = operations().into_iter().filter(|operation| operation.path.contains('{'));
    for operation in with_ids {
        same(&app.admin(), &operation, &theirs, &nothing).await;
        if !operation.path.contains("mail-templates/") {
            // Their keys are the same everywhere: that one is known says nothing of anybody.
            same(&app.foreign_admin(), &operation, &own, &nothing).await;
        }
        let of_ticket = ["tickets/{id}", "messages/{id}", "files/{id}"];
        if of_ticket.iter().any(|part| operation.path.contains(part)) {
            // A ticket of the same organization that is somebody else's.
            same(&app.as_("customer2"), &operation, &own, &nothing).await;
            same(&app.as_("technician"), &operation, &own, &nothing).await;
        }
    }
    app.expect_pending();
}

/// The medians of tries by turns.
async fn medians(client: &Client, operation: &Operation, things: [&Things; 2], tries: usize) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..tries {
        for (things, times) in things.into_iter().zip(&mut times) {
            let begin = Instant::now();
            operation.send(client, things, operation.body()).await;
            times.push(begin.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort();
        times[tries / 2]
    })
}

#[tokio::test]
async fn answers_for_others_and_for_nothing_take_the_same_time() {
    let app = TestApp::start().await;
    let (_, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let representative =
        ["tickets_get", "tickets_messages_list", "tickets_update", "customers_get", "files_get", "users_get"];
    let all = operations();
    for name in representative {
        let operation = all.iter().find(|operation| operation.name == name).unwrap();
        assert!(operation.method == Method::GET || name == "tickets_update");
        let [foreign, absent] = medians(&app.admin(), operation, [&theirs, &nothing], 100).await;
        println!("{name}: {foreign:?} for others, {absent:?} for nothing");
        assert!(foreign.abs_diff(absent) < TOLERANCE, "{name}: {foreign:?} and {absent:?}");
    }
}
