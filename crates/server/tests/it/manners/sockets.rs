//! Clients that are slow, silent, many or talk nonsense, over real sockets. They are cut, and
//! those who behave do not notice.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::routing::get;
use db::Tasks;
use futures_util::future::join_all;
use serde_json::Value;
use server::{
    compose,
    listen::{self, Limits},
    pages,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use web::{Patience, TrustedProxies};

use crate::harness::TestApp;

const BIG: usize = 64 * 1024 * 1024;

/// What is real time in seconds is a tenth of it here.
const SHORT: Limits = Limits {
    connections: 60,
    per_peer: 40,
    head: Duration::from_millis(1_000),
    head_bytes: 32 * 1024,
    headers: 100,
    pace: Duration::from_millis(1_000),
    pace_bytes: 64 * 1024,
    patience: Patience { request: Duration::from_millis(2_500), upload: Duration::from_secs(60) },
    last_requests: Duration::from_millis(1_000),
};
/// Until when everything that stands still must be cut.
const CUT: Duration = Duration::from_secs(8);

struct Server {
    app: TestApp,
    address: SocketAddr,
    stop: CancellationToken,
    tasks: Tasks,
    serving: JoinHandle<bool>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let app = TestApp::start().await;
        let extra = pages::router().route("/big", get(async || vec![b'x'; BIG])).route(
            "/slow",
            get(async |uri: axum::http::Uri| {
                sleep(Duration::from_millis(uri.query().unwrap().parse().unwrap())).await;
                "done"
            }),
        );
        let service = compose::service(&app.state, extra);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop, tasks) = (listener.local_addr().unwrap(), CancellationToken::new(), Tasks::default());
        let serving = {
            let (stop, tasks) = (stop.clone(), tasks.clone());
            #[expect(clippy::disallowed_methods, reason = "the accept loop of this test")]
            tokio::spawn(async move {
                listen::serve(listener, service, limits, &TrustedProxies::default(), &tasks, &stop).await
            })
        };
        Self { app, address, stop, tasks, serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Whether all requests had ended in time.
    async fn end(self) -> bool {
        self.stop.cancel();
        let ended = timeout(CUT, self.serving).await.unwrap().unwrap();
        timeout(CUT, self.tasks.shutdown()).await.unwrap();
        ended
    }

    fn authorization(&self) -> String {
        format!("Host: acme.localhost\r\nAuthorization: Bearer {}\r\n", self.app.agent().token.unwrap())
    }

    /// Asks as somebody at another address who behaves, until told to stop; how often that went well.
    async fn behave(&self, stop: &CancellationToken) -> usize {
        let request = format!("GET /api/v1/tickets/ HTTP/1.1\r\n{}Connection: close\r\n\r\n", self.authorization());
        let mut answered = 0;
        while !stop.is_cancelled() {
            let begin = Instant::now();
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            let mut stream = socket.connect(self.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
            answered += 1;
            sleep(Duration::from_millis(50)).await;
        }
        answered
    }
}

/// Everything until the server closes, which it must do soon.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(CUT, stream.read_to_end(&mut bytes)).await.expect("the server does not close the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends the beginning, then a byte now and then, until the server has had enough; what it said.
async fn drip(server: &Server, beginning: String, what: &str) -> String {
    let mut stream = server.connect().await;
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let begin = Instant::now();
    let (mut reading, mut writing) = stream.split();
    let mut said = Vec::new();
    let dripping = async {
        while writing.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        _ = reading.read_to_end(&mut said) => {}
        () = dripping => { let _ = reading.read_to_end(&mut said).await; }
        () = sleep(CUT) => panic!("{what} was not cut"),
    }
    assert!(begin.elapsed() < CUT, "{what}");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_and_the_silent_are_cut_and_others_do_not_notice() {
    let server = Server::start(SHORT).await;
    let done = CancellationToken::new();
    let bad = async {
        let silent = async {
            let mut stream = server.connect().await;
            assert_eq!(rest(&mut stream).await, "");
        };
        let idle = async {
            let mut stream = server.connect().await;
            stream.write_all(b"GET /health/live/ HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
        };
        let head = async {
            drip(&server, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ".to_owned(), "a head").await;
        };
        let json = "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";
        let signed_in = async {
            let request = format!("POST /api/v1/tickets/ HTTP/1.1\r\n{}{json}", server.authorization());
            let said = drip(&server, request, "a body of somebody").await;
            assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("VALIDATION_ERROR"), "{said}");
        };
        let nobody = async {
            let request = format!("POST /api/v1/auth/login/ HTTP/1.1\r\nHost: acme.localhost\r\n{json}");
            let said = drip(&server, request, "a body of nobody").await;
            assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
        };
        let refused = async {
            let request = format!("POST /api/v1/tickets/ HTTP/1.1\r\nHost: acme.localhost\r\n{json}");
            let said = drip(&server, request, "a body that nobody reads").await;
            assert!(said.starts_with("HTTP/1.1 401 "), "{said}");
        };
        let upload = async {
            let request = format!(
                "POST /api/v1/files/ HTTP/1.1\r\n{}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n",
                server.authorization()
            );
            let said = drip(&server, request, "an upload").await;
            assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
        };
        tokio::join!(silent, idle, head, signed_in, nobody, refused, upload, slow_reader(&server));
        done.cancel();
    };
    let (answered, ()) = tokio::join!(server.behave(&done), bad);
    assert!(answered >= 5, "{answered}");
    server.app.admin().get("/tickets/").await.ok();
    assert!(server.end().await);
}

/// Asks for much and takes little.
async fn slow_reader(server: &Server) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    for _ in 0..30 {
        let mut few = [0; 100];
        let _ = stream.read(&mut few).await;
        sleep(Duration::from_millis(100)).await;
    }
    let taken = rest(&mut stream).await.len();
    assert!(taken < BIG / 2, "{taken} bytes went to somebody who does not read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_connections_of_one_address_leave_room_for_others() {
    let server = Server::start(Limits { head: Duration::from_secs(6), ..SHORT }).await;
    let done = CancellationToken::new();
    let many = async {
        let mut streams = join_all((0..300).map(|_| server.connect())).await;
        // Those that are too many are closed as soon as it is their turn to be accepted.
        let begin = Instant::now();
        let mut open = streams.len();
        while open > SHORT.per_peer && begin.elapsed() < Duration::from_secs(4) {
            sleep(Duration::from_millis(50)).await;
            let waits = |stream: &&TcpStream| {
                stream.try_read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
            };
            open = streams.iter().filter(waits).count();
        }
        assert!((1..=SHORT.per_peer).contains(&open), "{open} of 300 are open");
        for stream in &mut streams {
            assert_eq!(rest(stream).await, "");
        }
        done.cancel();
    };
    let (answered, ()) = tokio::join!(server.behave(&done), many);
    assert!(answered >= 3, "{answered}");
    // They are gone: the address may come again.
    let mut again = server.connect().await;
    again.write_all(b"GET /health/live/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut again).await.starts_with("HTTP/1.1 200 "));
    assert!(server.end().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_refused_and_the_connection_closed() {
    let server = Server::start(SHORT).await;
    let live = "GET /health/live/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let say = async |bytes: &[u8]| {
        let mut stream = server.connect().await;
        let _ = stream.write_all(bytes).await;
        rest(&mut stream).await
    };
    let piped = say(format!("{live}\0\u{1}garbage \r\n\r\n{live}").as_bytes()).await;
    assert!(piped.starts_with("HTTP/1.1 200 ") && piped.matches("HTTP/1.1 ").count() == 2, "{piped}");
    assert!(piped.contains("HTTP/1.1 400 "), "{piped}");
    assert!(say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await.starts_with("HTTP/1.1 400 "));
    let smuggled = "POST /api/v1/auth/login/ HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello";
    assert!(say(smuggled.as_bytes()).await.starts_with("HTTP/1.1 400 "));
    let both = format!(
        "POST /api/v1/auth/login/ HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{live}"
    );
    let both = say(both.as_bytes()).await;
    assert!(!both.contains("HTTP/1.1 200 "), "{both}");
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(40_000));
    assert!(say(long.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X-Many: 1\r\n".repeat(200));
    assert!(say(many.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    assert!(server.end().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_is_given_up() {
    let server = Server::start(SHORT).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow?60000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let said = rest(&mut stream).await;
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: 5"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], "UNAVAILABLE");
    assert!(server.end().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_stop_running_requests_have_some_time() {
    for (takes, in_time) in [(400, true), (2_000, false)] {
        let server = Server::start(SHORT).await;
        let mut idle = server.connect().await;
        idle.write_all(b"GET /health/live/ HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut stream = server.connect().await;
        let request = format!("GET /slow?{takes} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(150)).await;
        let address = server.address;
        let (ended, said) = tokio::join!(server.end(), rest(&mut stream));
        assert_eq!((ended, said.starts_with("HTTP/1.1 200 ")), (in_time, in_time), "{said}");
        assert!(rest(&mut idle).await.starts_with("HTTP/1.1 200 "));
        TcpStream::connect(address).await.unwrap_err();
    }
}
