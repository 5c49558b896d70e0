//! A bad sign-in takes as long for an address that nobody has as for one that somebody has.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use super::sign_in::login;
use crate::harness::{Client, TestApp};

/// What the medians may differ by.
const MOST: Duration = Duration::from_millis(10);
/// Tries of each kind; more follow while the machine is too busy to tell.
const TRIES: usize = 15;
const ROUNDS: usize = 6;

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

async fn time(client: &Client, email: &str) -> Duration {
    let begin = Instant::now();
    login(client, email, "not the password").await.is(401);
    begin.elapsed()
}

#[tokio::test]
async fn the_time_of_a_bad_sign_in_tells_nothing() {
    let app = TestApp::start().await;
    identity::password::warm_up().await;
    let invited = json!({"email": "invited@acme.test", "name": "Invited", "role": "agent"});
    app.admin().post("/users/", invited).await.created();
    let id = app.world.a.user("agent2");
    app.admin().patch(&format!("/users/{id}/"), json!({"status": "suspended"})).await.ok();
    let (host, bare) = (app.anonymous(), app.anonymous().at("localhost"));
    let email = |who: &str| app.world.a.member(who).email.clone();
    let kinds = [
        ("unknown", &host, "nobody@acme.test".to_owned()),
        ("staff", &host, email("agent")),
        ("customer", &host, email("customer")),
        ("suspended", &host, email("agent2")),
        ("without a password", &host, "invited@acme.test".to_owned()),
        ("known on the bare host", &bare, email("agent")),
        ("unknown on the bare host", &bare, "nobody@acme.test".to_owned()),
    ];
    // `bench/sign_in.sh` asks for more.
    let tries = std::env::var("HELPDESK_SIGN_IN_TRIES").map_or(TRIES, |tries| tries.parse().unwrap());
    let mut times = vec![Vec::new(); kinds.len()];
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..tries {
            for ((_, client, email), times) in kinds.iter().zip(&mut times) {
                times.push(time(client, email).await);
            }
            // So that nobody is locked.
            app.advance(TimeDelta::minutes(2));
        }
        let unknown = median(&times[0]);
        told = kinds.iter().zip(&times).map(|((kind, ..), times)| (*kind, median(times))).collect();
        println!("medians of {} bad sign-ins each: {told:?}", times[0].len());
        if told.iter().all(|(_, time)| time.abs_diff(unknown) < MOST) {
            return;
        }
    }
    panic!("sign-in takes longer for some: {told:?}");
}
