//! `helpdesk serve`: the roles of this process until it is told to stop.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::Router;
use clap::ValueEnum;
use realtime::{Part, Realtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use web::AppState;

use crate::{
    boot::Booted,
    compose,
    config::Settings,
    demo::{self, DemoSignIn},
    failure::Failure,
    listen::{self, Limits},
    observe, organizations, pages,
};

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers HTTP.
    Web,
    /// Runs jobs.
    Worker,
    /// Holds WebSockets.
    Realtime,
    /// AI service; serves nothing yet.
    Ai,
}

/// The switches of `serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Load two demo organizations and print how to sign in.
    #[arg(long)]
    pub demo: bool,
    /// What this process does.
    #[arg(long, value_delimiter = ',', default_value = "web,worker,realtime,ai")]
    pub roles: Vec<Role>,
}

/// Serves until `stop` is cancelled, then ends everything in order.
pub async fn run(settings: &Settings, args: &Args, stop: &CancellationToken) -> Result<(), Failure> {
    // The port first: whether it is free shows before the database has to start.
    let listener = if args.roles.contains(&Role::Web) { Some(bind(settings.bind).await?) } else { None };
    let address = match &listener {
        Some(listener) => listener.local_addr().map_err(|error| cannot_bind(settings.bind, &error))?,
        None => settings.bind,
    };
    let booted = Box::pin(Booted::start(settings, address.port(), args.demo)).await?;
    let served = Box::pin(serve(settings, args, &booted, listener, stop)).await;
    let stopped = booted.stop().await;
    served.and(stopped)
}

async fn serve(
    settings: &Settings,
    args: &Args,
    booted: &Booted,
    listener: Option<TcpListener>,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    if stop.is_cancelled() {
        return Ok(());
    }
    let (state, tasks) = (&booted.state, &booted.tasks);
    observe::metrics(settings.metrics_bind, &state.db, tasks).await?;
    tasks.spawn(identity::password::warm_up());
    if args.roles.contains(&Role::Web) {
        tasks.spawn(web::limits::beat(state.clone(), tasks.clone()));
    }
    if args.roles.contains(&Role::Worker) {
        let registry = Arc::new(compose::registry(state, &compose::mailer(&state.config, settings.smtp.clone())?));
        db::worker::start(&state.db, registry, tasks, state.config.node.clone());
        let state = state.clone();
        tasks.spawn(async move {
            if let Err(error) = organizations::settle(&state).await {
                tracing::warn!(%error, "moves that were interrupted are finished later");
            }
        });
    }
    let part = Part { serves: args.roles.contains(&Role::Realtime), dispatches: args.roles.contains(&Role::Worker) };
    let redis = settings.redis_url.as_deref();
    let realtime = Realtime::start(state, redis, realtime::Limits::default(), part, tasks).await?;
    let realtime = if part.serves { realtime.router() } else { Router::new() };
    if part.serves
        && let Some(address) = settings.realtime_bind
    {
        answer_realtime(address, booted, realtime.clone(), stop).await;
    }
    let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let greeting = async {
        let sign_ins = if args.demo {
            tokio::select! {
                loaded = demo::load(&booted.state) => loaded?,
                () = stop.cancelled() => return Ok(()),
            }
        } else {
            Vec::new()
        };
        greet(booted, address, &sign_ins);
        Ok::<(), Failure>(())
    };
    match listener {
        Some(listener) => {
            // Without its demo the process would answer, and nobody could sign in.
            let greeting = async { greeting.await.inspect_err(|_| stop.cancel()) };
            let ((), greeted) = tokio::join!(answer(listener, booted, realtime, stop), greeting);
            greeted
        }
        None => {
            greeting.await?;
            stop.cancelled().await;
            Ok(())
        }
    }
}

/// Answers HTTP until the stop, and then what is still running.
async fn answer(listener: TcpListener, booted: &Booted, realtime: Router<AppState>, stop: &CancellationToken) {
    let service = compose::service(&booted.state, pages::router().merge(realtime));
    let proxies = &booted.state.config.trusted_proxies;
    if !listen::serve(listener, service, Limits::default(), proxies, &booted.tasks, stop).await {
        tracing::warn!("requests that still ran 10 s after the stop were cut off");
    }
}

/// Opens the WebSocket at an address of its own too. A taken port is a warning: the other one is there.
async fn answer_realtime(address: SocketAddr, booted: &Booted, realtime: Router<AppState>, stop: &CancellationToken) {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            return tracing::warn!(%address, %error, "no WebSocket of its own is opened: REALTIME_BIND cannot be used");
        }
    };
    let service = web::pages_alone(booted.state.clone(), realtime);
    let (proxies, tasks, stop) = (booted.state.config.trusted_proxies.clone(), booted.tasks.clone(), stop.clone());
    booted.tasks.spawn(async move {
        listen::serve(listener, service, Limits::default(), &proxies, &tasks, &stop).await;
    });
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| cannot_bind(address, &error))
}

fn cannot_bind(address: SocketAddr, error: &io::Error) -> Failure {
    let choose = "choose another address with --bind or BIND";
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Failure::new(format!("{address} is in use by another program: stop that one or {choose}."))
        }
        _ => Failure::new(format!("{address} cannot be opened ({error}): {choose}.")),
    }
}

/// Prints the address and, in demo mode, how to get in.
fn greet(booted: &Booted, address: Option<SocketAddr>, sign_ins: &[DemoSignIn]) {
    let config = &booted.state.config;
    let mut text = match address {
        Some(address) => format!("Helpdesk runs at http://{}:{}", shown_host(address, config), address.port()),
        None => "Helpdesk runs, without HTTP".to_owned(),
    };
    text += " (Ctrl-C stops it)\n";
    if config.https || address.is_some_and(|address| address.port() != config.public_port) {
        text += &format!("People reach it at {}\n", config.origin(&config.base_domain));
    }
    if config.mail_server.is_none() {
        text +=
            &format!("No mail server is configured; mails go to {}\n", config.data_dir.join("mail-catcher").display());
    }
    let mut last = "";
    for sign_in in sign_ins {
        if sign_in.slug != last {
            text += &organization(config, address, sign_in);
            last = &sign_in.slug;
        }
        text += &format!("    {:<11} {:<34} {}\n", sign_in.role, sign_in.email, sign_in.password);
    }
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn organization(config: &web::Config, address: Option<SocketAddr>, sign_in: &DemoSignIn) -> String {
    let url = config.organization_url(&sign_in.slug);
    let local = address.map_or_else(
        || SocketAddr::from((Ipv4Addr::LOCALHOST, config.public_port)),
        |address| SocketAddr::new(reachable(address.ip()), address.port()),
    );
    format!(
        "\n{} — {url}\n  with a Host header: curl -H 'Host: {}.{}' http://{local}/\n",
        sign_in.organization, sign_in.slug, config.base_domain
    )
}

fn shown_host(address: SocketAddr, config: &web::Config) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        return config.base_domain.clone();
    }
    match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// Where a program on this machine reaches an address that was bound.
fn reachable(ip: IpAddr) -> IpAddr {
    if ip.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { ip }
}
