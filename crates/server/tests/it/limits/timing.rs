//! A bad sign-in takes as long for an address that nobody has as for one that somebody has.

use std::time::Instant;

use chrono::TimeDelta;
use serde_json::json;

use super::sign_in::login;
use crate::harness::{Client, TestApp};

/// What the medians may differ by, in milliseconds.
const MOST: f64 = 10.0;
/// Tries of each kind.
const TRIES: usize = 20;

/// The median of some times, and how far by chance it may be from the true one (its standard
/// error, from the median distance to it): much on a busy machine, little on an idle one.
fn median(times: &[f64]) -> (f64, f64) {
    let middle = |mut times: Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let median = middle(times.to_vec());
    let spread = middle(times.iter().map(|time| (time - median).abs()).collect()) * 1.4826;
    (median, 1.2533 * spread / (times.len() as f64).sqrt())
}

async fn time(client: &Client, email: &str) -> f64 {
    let begin = Instant::now();
    login(client, email, "not the password").await.is(401);
    begin.elapsed().as_secs_f64() * 1e3
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
    for round in 0..tries {
        // By turns, and each time another one first: what the machine does besides meets all alike.
        for turn in 0..kinds.len() {
            let kind = (round + turn) % kinds.len();
            times[kind].push(time(kinds[kind].1, &kinds[kind].2).await);
        }
        // So that nobody is locked.
        app.advance(TimeDelta::minutes(2));
    }
    let (unknown, chance) = median(&times[0]);
    for ((kind, ..), times) in kinds.iter().zip(&times) {
        let (known, other) = median(times);
        println!("{kind:<25} {known:>7.2} ms, give or take {other:.2}; {:+.2} ms", known - unknown);
        // Only what cannot be chance counts: three standard errors.
        let certain = (known - unknown).abs() - 3.0 * chance.hypot(other);
        assert!(certain < MOST, "{kind}: {known} ms, but an unknown address: {unknown} ms");
    }
}
