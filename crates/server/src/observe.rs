//! What can be seen from outside: log lines on stderr, numbers for Prometheus.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::header, routing::get};
use db::{Db, Tasks, stats::QueryCounter};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::timeout};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use web::TrustedProxies;

use crate::{
    config::Settings,
    failure::Failure,
    listen::{self, Limits},
};

/// Starts logging to stderr; `default` counts when neither LOG nor RUST_LOG is set.
pub fn log(settings: &Settings, default: &str) -> Result<(), Failure> {
    let filter = match &settings.log {
        Some(filter) => filter.as_str(),
        None if settings.debug => "debug,sqlx=warn,hyper=info,h2=info",
        None => default,
    };
    let filter =
        EnvFilter::try_new(filter).map_err(|error| Failure::new(format!("LOG is not a log filter: {error}.")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if settings.log_json {
        lines.json().flatten_event(true).boxed()
    } else {
        lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed()
    };
    // The counter needs statement events that nobody wants to read: each layer has its own filter.
    let statements = Targets::new().with_target("sqlx::query", LevelFilter::DEBUG);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(QueryCounter.with_filter(statements))
        .try_init()
        .map_err(|error| Failure::new(format!("Logging cannot be started: {error}.")))
}

/// How long requests take, in seconds.
const BUCKETS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Collects metrics from now on and answers them at `address`. A taken port is a warning: the
/// product runs without.
pub async fn metrics(address: Option<SocketAddr>, db: &Db, tasks: &Tasks) -> Result<(), Failure> {
    let Some(address) = address else { return Ok(()) };
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("helpdesk_http_request_seconds".to_owned()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Failure::new(format!("Metrics cannot be collected: {error}.")))?;
    tasks.spawn(measure(db.clone(), handle.clone(), tasks.clone()));
    match TcpListener::bind(address).await {
        Ok(listener) => tasks.spawn(answer(listener, handle, tasks.clone())),
        Err(error) => tracing::warn!(%address, %error, "no metrics are answered: METRICS_BIND cannot be used"),
    }
    Ok(())
}

async fn answer(listener: TcpListener, handle: PrometheusHandle, tasks: Tasks) {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    let router = Router::new().route("/metrics", get(async move || (kind, handle.render())));
    let limits = Limits { last_requests: Duration::from_secs(1), ..Limits::default() };
    listen::serve(listener, router, limits, &TrustedProxies::default(), &tasks, &tasks.stop()).await;
}

/// Every five seconds: tidies the histograms, reads the queue and the pool.
async fn measure(db: Db, handle: PrometheusHandle, tasks: Tasks) {
    while !tasks.is_stopping() {
        handle.run_upkeep();
        let (open, idle) = db.connections();
        metrics::gauge!("helpdesk_db_connections").set(open);
        metrics::gauge!("helpdesk_db_connections_idle").set(count(idle));
        if let Ok(Ok(queue)) = timeout(Duration::from_secs(3), db::jobs::state(&db)).await {
            metrics::gauge!("helpdesk_jobs_due").set(count(queue.due));
            metrics::gauge!("helpdesk_jobs_dead").set(count(queue.dead));
            metrics::gauge!("helpdesk_jobs_oldest_due_seconds").set(count(queue.oldest_seconds));
        }
        tokio::select! {
            () = tasks.stopping() => {}
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

fn count(number: impl TryInto<u32>) -> f64 {
    number.try_into().unwrap_or(u32::MAX).into()
}
