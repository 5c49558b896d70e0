//! Limits that are exact over several nodes, against a real Redis.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use server::{compose, pages};
use tokio::task::JoinSet;
use web::limits::{RateLimits, Rates};

use crate::harness::{Client, TestApp};

/// A Redis on a socket in a folder.
pub struct Redis(Child);

impl Redis {
    pub async fn start(folder: &Path) -> Self {
        let socket = folder.join("redis.sock");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"]).arg(&socket);
        let redis = Self(command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
        let begin = Instant::now();
        while tokio::net::UnixStream::connect(&socket).await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(20), "Redis does not answer");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        redis
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const RATE: u32 = 20;

fn limits(folder: &Path) -> Arc<RateLimits> {
    let rates = Rates { person: RATE, organization: 0, peer: 0 };
    let url = format!("redis+unix://{}", folder.join("redis.sock").display());
    Arc::new(RateLimits::with_redis(rates, &url).unwrap())
}

/// How many of so many requests at once are answered, by turns by each node.
async fn answered(nodes: &[Client], count: usize) -> usize {
    let mut requests = JoinSet::new();
    for number in 0..count {
        let node = nodes[number % nodes.len()].clone();
        requests.spawn(async move { node.get("/auth/me/").await.status.as_u16() });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|status| [200, 429].contains(status)), "{answers:?}");
    answers.into_iter().filter(|status| *status == 200).count()
}

#[tokio::test]
async fn two_nodes_share_one_limit_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::start(folder.path()).await;
    let app = TestApp::with(|state| state.limits = limits(folder.path())).await;
    let mut second = app.state.clone();
    second.limits = limits(folder.path());
    let one = app.agent();
    let two = Client { service: compose::service(&second, pages::router()), ..one.clone() };
    for _ in 0..2 {
        let begin = Instant::now();
        let count = answered(&[one.clone(), two.clone()], 100).await;
        let rate = usize::try_from(RATE).unwrap();
        let most = rate + usize::try_from(begin.elapsed().as_millis()).unwrap() * rate / 1_000 + 1;
        assert!((rate..=most).contains(&count), "{count} of at most {most}");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }

    // Without Redis each node lets its share through, and no request fails.
    drop(redis);
    app.state.limits.set_nodes(2);
    second.limits.set_nodes(2);
    let begin = Instant::now();
    let count = answered(&[one.clone(), two.clone()], 100).await;
    let (rate, seconds) = (usize::try_from(RATE).unwrap(), begin.elapsed().as_secs_f64());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds")]
    let most = rate + (seconds * f64::from(RATE)) as usize + 2;
    assert!((rate..=most).contains(&count), "{count} of at most {most}");

    // It is asked again after a rest.
    let _redis = Redis::start(folder.path()).await;
    tokio::time::sleep(Duration::from_millis(5_200)).await;
    let begin = Instant::now();
    let count = answered(&[one, two], 100).await;
    let most = rate + usize::try_from(begin.elapsed().as_millis()).unwrap() * rate / 1_000 + 1;
    assert!((rate..=most).contains(&count), "{count} of at most {most}");
}
