//! Does an organization that asks ten times too often slow the others? Asks a running
//! `helpdesk serve --demo` as organization B, alone and while A floods it, by turns, and prints
//! what B waits. `bench/fairness.sh` starts the server and runs this.

use std::{
    error::Error,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::Mutex,
    task::JoinSet,
    time::{sleep, sleep_until},
};

type Failure = Box<dyn Error + Send + Sync>;

/// What B waits, alone and while A sends ten times its limit.
#[derive(Parser)]
struct Args {
    /// What `serve --demo` printed.
    greeting: std::path::PathBuf,
    /// The limit of an organization, as the server has it.
    #[arg(long, default_value_t = 500)]
    limit: u32,
    /// Requests of B a second.
    #[arg(long, default_value_t = 40)]
    pace: u32,
    /// Seconds of each turn.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Turns of each kind.
    #[arg(long, default_value_t = 5)]
    turns: usize,
    /// Connections of A.
    #[arg(long, default_value_t = 64)]
    connections: u32,
    /// Only this path is asked for.
    #[arg(long, default_value = "/api/v1/tickets/?page_size=20")]
    path: String,
}

/// An organization of the demo.
struct Organization {
    address: String,
    host: String,
    /// Addresses and passwords of staff.
    people: Vec<(String, String)>,
}

/// The organizations in the greeting: a line with the Host header, then one for each sign-in.
fn organizations(greeting: &str) -> Vec<Organization> {
    let mut found: Vec<Organization> = Vec::new();
    for line in greeting.lines() {
        if let Some((_, rest)) = line.split_once("-H 'Host: ")
            && let Some((host, url)) = rest.split_once("' http://")
        {
            let address = url.trim_end_matches('/').to_owned();
            found.push(Organization { address, host: host.to_owned(), people: Vec::new() });
        } else if let [role, email, password] = line.split_whitespace().collect::<Vec<_>>()[..]
            && email.contains('@')
            && role != "customer"
            && let Some(organization) = found.last_mut()
        {
            organization.people.push((email.to_owned(), password.to_owned()));
        }
    }
    found
}

/// A connection that is kept.
struct Connection(BufReader<TcpStream>);

impl Connection {
    async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Status and body.
    async fn send(&mut self, request: &str) -> Result<(u16, Vec<u8>), Failure> {
        self.0.get_mut().write_all(request.as_bytes()).await?;
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            if self.0.read_line(&mut line).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let text = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = text.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().unwrap_or_default().parse()?;
            } else if let Some(rest) = text.strip_prefix("content-length:") {
                length = rest.trim().parse()?;
            } else if text.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok((status, body))
    }
}

async fn sign_in(at: &Organization, email: &str, password: &str) -> Result<String, Failure> {
    let body = json!({"email": email, "password": password}).to_string();
    let request = format!(
        "POST /api/v1/auth/login/ HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        at.host,
        body.len()
    );
    let (status, answer) = Connection::open(&at.address).await?.send(&request).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let token = answer.get("access").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| format!("{email} cannot sign in: {status} {answer}").into())
}

/// One request of each person.
async fn requests(at: &Organization, path: &str) -> Result<Vec<String>, Failure> {
    let mut requests = Vec::new();
    for (email, password) in &at.people {
        let token = sign_in(at, email, password).await?;
        requests.push(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n", at.host));
    }
    Ok(requests)
}

/// What B waited, in milliseconds, from the moment at which each request was due.
async fn measure(args: &Args, address: &str, requests: &[String]) -> Result<Vec<f64>, Failure> {
    let idle: Arc<Mutex<Vec<Connection>>> = Arc::default();
    let step = Duration::from_secs(1) / args.pace;
    let begin = tokio::time::Instant::now();
    let mut running = JoinSet::new();
    for (number, request) in (0..args.pace * u32::try_from(args.seconds)?).zip(requests.iter().cycle()) {
        let (due, address, request, idle) =
            (begin + step * number, address.to_owned(), request.clone(), Arc::clone(&idle));
        running.spawn(async move {
            sleep_until(due).await;
            let kept = idle.lock().await.pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => Connection::open(&address).await?,
            };
            let (status, _) = connection.send(&request).await?;
            let waited = due.elapsed().as_secs_f64() * 1e3;
            idle.lock().await.push(connection);
            if status == 200 { Ok(waited) } else { Err(Failure::from(format!("B was answered {status}"))) }
        });
    }
    running.join_all().await.into_iter().collect()
}

/// Answers to A.
#[derive(Default)]
struct Counts {
    good: AtomicU64,
    refused: AtomicU64,
    other: AtomicU64,
}

/// Floods as A until dropped.
fn flood(args: &Args, address: &str, requests: &[String], counts: &Arc<Counts>) -> JoinSet<()> {
    let mut flood = JoinSet::new();
    let step = Duration::from_secs(1) * args.connections / (args.limit * 10);
    for (number, request) in (0..args.connections).zip(requests.iter().cycle()) {
        let (address, request, counts) = (address.to_owned(), request.clone(), Arc::clone(counts));
        let first = step * number / args.connections;
        flood.spawn(async move {
            let mut due = tokio::time::Instant::now() + first;
            while let Ok(mut connection) = Connection::open(&address).await {
                while let Ok((status, _)) = {
                    sleep_until(due).await;
                    due = (due + step).max(tokio::time::Instant::now());
                    connection.send(&request).await
                } {
                    let which = match status {
                        200 => &counts.good,
                        429 => &counts.refused,
                        _ => &counts.other,
                    };
                    which.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    flood
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let index = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

fn report(what: &str, times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let (p50, p99) = (quantile(times, 0.5), quantile(times, 0.99));
    println!("{what:<12} {:>6} requests   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms", times.len());
    (p50, p99)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let found = organizations(&std::fs::read_to_string(&args.greeting)?);
    let [b, a] = &found[..] else { return Err("two organizations are needed".into()) };
    let (of_a, of_b) = (requests(a, &args.path).await?, requests(b, &args.path).await?);
    println!(
        "B: {} people of {}, {} requests a second; A: {} people of {}, {} a second",
        of_b.len(),
        b.host,
        args.pace,
        of_a.len(),
        a.host,
        args.limit * 10
    );
    measure(&args, &b.address, &of_b).await?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let counts = Arc::new(Counts::default());
    let mut flooded = Duration::ZERO;
    for _ in 0..args.turns {
        alone.extend(measure(&args, &b.address, &of_b).await?);
        let (flood, begin) = (flood(&args, &a.address, &of_a, &counts), Instant::now());
        // Its first second empties the buckets.
        sleep(Duration::from_secs(1)).await;
        beside.extend(measure(&args, &b.address, &of_b).await?);
        flooded += begin.elapsed();
        drop(flood);
        sleep(Duration::from_secs(1)).await;
    }
    let (p50, p99) = report("B alone", &mut alone);
    let (p50_beside, p99_beside) = report("B beside A", &mut beside);
    println!("ratio               p50 {:.2}   p99 {:.2}", p50_beside / p50, p99_beside / p99);
    let a_second = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64 / flooded.as_secs_f64();
    let Counts { good, refused, other } = &*counts;
    println!(
        "A a second   {:.0} answered   {:.0} refused   {:.0} others",
        a_second(good),
        a_second(refused),
        a_second(other)
    );
    Ok(())
}
