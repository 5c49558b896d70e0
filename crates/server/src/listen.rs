//! The way in: an accept loop that gives nobody more time, room or connections than they need.
//!
//! hyper's own limits see the head of a request only. Here bodies and answers must keep moving
//! too, connections are counted by peer, and the end of the process waits for running requests,
//! but not for ever.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, body::Body, body::HttpBody, extract::ConnectInfo, http::Request};
use bytes::Bytes;
use db::Tasks;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use nix::sys::resource::{Resource, getrlimit};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use web::{Patience, TrustedProxies};

/// How much of everything a connection gets.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one IPv4 address or one IPv6 network of 64 bits; trusted proxies
    /// have as many as there are.
    pub per_peer: usize,
    /// Until the head of a request is there, from the connection's begin or the last answer on:
    /// also how long a connection may be idle.
    pub head: Duration,
    /// Bytes of a head.
    pub head_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Of each such time of waiting for the peer, …
    pub pace: Duration,
    /// … this many bytes of body or answer must come or go.
    pub pace_bytes: usize,
    /// How long requests may be answered.
    pub patience: Patience,
    /// What runs at the stop has this long.
    pub last_requests: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(soft, _)| soft);
        Self {
            // Half of the files that may be open: databases, stored files and logs need some too.
            connections: usize::try_from(files / 2).unwrap_or(usize::MAX).clamp(64, 4_096),
            per_peer: 256,
            head: Duration::from_secs(20),
            head_bytes: 32 * 1024,
            headers: 100,
            pace: Duration::from_secs(20),
            pace_bytes: 64 * 1024,
            patience: Patience { request: Duration::from_secs(60), upload: Duration::from_secs(3_600) },
            last_requests: Duration::from_secs(10),
        }
    }
}

/// Answers until the stop, then lets running requests end; whether all of them did in time.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: &TrustedProxies,
    tasks: &Tasks,
    stop: &CancellationToken,
) -> bool {
    let (seats, cut) = (Seats::new(&limits), CancellationToken::new());
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        let most = if proxies.trusts(peer.ip().to_canonical()) { limits.connections } else { limits.per_peer };
        let Some(seat) = seats.take(peer.ip(), most) else {
            metrics::counter!("helpdesk_http_connections_refused_total").increment(1);
            tracing::debug!(%peer, "too many connections");
            continue;
        };
        let (router, stop, cut) = (router.clone(), stop.clone(), cut.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = connection(stream, peer, router, limits, stop) => {}
                () = cut.cancelled() => {}
            }
            drop(seat);
        });
    }
    drop(listener);
    let ended = timeout(limits.last_requests, seats.empty()).await.is_ok();
    cut.cancel();
    ended
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The peer went away before it was its turn.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                ) => {}
            // No file is left, for example: others will end.
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted at the moment");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, limits: Limits, stop: CancellationToken) {
    // An answer must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(Received { body, pace: Pace::new(&limits) }));
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(limits.patience);
        router.clone().oneshot(request)
    });
    let stream = TokioIo::new(Sent { stream, pace: Pace::new(&limits) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(limits.head_bytes)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes * 2)
        .serve_connection(stream, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// Who is connected, and how often.
#[derive(Debug)]
struct Seats {
    all: Arc<Semaphore>,
    connections: usize,
    peers: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection; free again when dropped.
#[derive(Debug)]
struct Seat {
    network: IpAddr,
    peers: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _one_of_all: OwnedSemaphorePermit,
}

impl Seats {
    fn new(limits: &Limits) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.connections)),
            connections: limits.connections,
            peers: Arc::default(),
        }
    }

    /// A seat, unless all are taken or this peer has `most` already.
    fn take(&self, peer: IpAddr, most: usize) -> Option<Seat> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let network = network(peer);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = peers.entry(network).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Seat { network, peers: Arc::clone(&self.peers), _one_of_all: permit })
    }

    /// Resolves when nobody is connected.
    async fn empty(&self) {
        let _ = self.all.acquire_many(u32::try_from(self.connections).unwrap_or(u32::MAX)).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = peers.get_mut(&self.network) {
            *taken -= 1;
            if *taken == 0 {
                peers.remove(&self.network);
            }
        }
    }
}

/// What counts as one peer.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        ip => ip,
    }
}

/// Counts what moves while we wait for the peer. Time in which it was our turn does not count.
#[derive(Debug)]
struct Pace {
    every: Duration,
    least: usize,
    moved: usize,
    waited: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    fn new(limits: &Limits) -> Self {
        let (every, least) = (limits.pace, limits.pace_bytes);
        Self { every, least, moved: 0, waited: Duration::ZERO, since: None, timer: None }
    }

    /// So many bytes came or went.
    fn moved(&mut self, now: Instant, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += now - since;
        }
        self.moved += bytes;
        if self.moved >= self.least {
            (self.moved, self.waited) = (0, Duration::ZERO);
        }
    }

    /// Until when the peer, who is waited for, has time.
    fn deadline(&mut self, now: Instant) -> Instant {
        *self.since.get_or_insert(now) + self.every.saturating_sub(self.waited)
    }

    /// The peer is waited for. Ready with an error when it was waited for too long.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let deadline = self.deadline(Instant::now());
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer is too slow")))
    }
}

/// The body of a request, at a pace.
struct Received {
    body: Incoming,
    pace: Pace,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => self.pace.wait(cx).map(|late| Some(late.map_err(Into::into))),
            Poll::Ready(frame) => {
                let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref().map(Bytes::len));
                self.pace.moved(Instant::now(), bytes.unwrap_or_default());
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose answers are taken at a pace.
struct Sent {
    stream: TcpStream,
    pace: Pace,
}

impl Sent {
    fn counted(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.pace.wait(cx),
            Poll::Ready(written) => {
                self.pace.moved(Instant::now(), *written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
        }
    }
}

impl AsyncRead for Sent {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Sent {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.counted(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.counted(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_an_address_or_a_network() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1") && !same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("192.0.2.1", "::ffff:192.0.2.1") && !same("192.0.2.1", "192.0.2.2"));
    }

    #[test]
    fn seats_are_counted_by_peer_and_given_back() {
        let seats = Seats::new(&Limits { connections: 3, ..Limits::default() });
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let held = [seats.take(one, 2), seats.take(one, 2)];
        assert!(held.iter().all(Option::is_some) && seats.take(one, 2).is_none());
        let third = seats.take(other, 2);
        assert!(third.is_some() && seats.take("192.0.2.3".parse().unwrap(), 2).is_none());
        drop(held);
        assert!(seats.take(one, 2).is_some());
        drop(third);
        assert!(seats.peers.lock().unwrap().is_empty());
    }

    #[test]
    fn everything_that_stands_still_is_cut_within_half_a_minute() {
        let limits = Limits::default();
        assert!(limits.head <= Duration::from_secs(30) && limits.pace <= Duration::from_secs(30));
        assert_eq!(limits.patience.request, Duration::from_secs(60));
        assert!((64..=4_096).contains(&limits.connections) && limits.per_peer == 256);
    }

    #[test]
    fn only_waiting_counts_against_a_peer() {
        let limits = Limits { pace: Duration::from_secs(10), pace_bytes: 100, ..Limits::default() };
        let (begin, second) = (Instant::now(), Duration::from_secs(1));
        // A drip of 9 bytes a second is too slow in the end …
        let (mut pace, mut now) = (Pace::new(&limits), begin);
        for _ in 0..9 {
            assert_eq!(pace.deadline(now), begin + 10 * second);
            now += second;
            pace.moved(now, 9);
        }
        assert_eq!(pace.deadline(now), begin + 10 * second);
        assert_eq!(pace.deadline(now + second), begin + 10 * second);
        // … enough of it begins anew, and what we need ourselves does not count.
        pace.moved(now + second, 19);
        now += 60 * second;
        assert_eq!(pace.deadline(now), now + 10 * second);
        pace.moved(now + 4 * second, 1);
        now += 600 * second;
        assert_eq!(pace.deadline(now), now + 6 * second);
    }
}
