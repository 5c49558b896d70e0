//! Against real sockets: what must not be called is not, and what answers badly is cut off.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::*;

/// A server that does the same with each connection, and how many there were.
struct Canary {
    port: u16,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Canary {
    async fn start<F, R>(address: &str, act: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, mut tasks) = (Arc::clone(&connections), JoinSet::new());
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                open.spawn(act(stream));
            }
        });
        Self { port, connections, _tasks: tasks }
    }

    /// Reads the question and writes this.
    async fn answering(text: &'static str) -> Self {
        Self::start("127.0.0.1", move |mut stream| async move {
            read_question(&mut stream).await;
            let _ = stream.write_all(text.as_bytes()).await;
        })
        .await
    }

    fn url(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}/", self.port)).unwrap()
    }

    fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn read_question(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => seen.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
}

fn closed() -> Outbound {
    Outbound::new(Allowed::default()).unwrap()
}

fn open() -> Outbound {
    let allowed = Allowed::parse("127.0.0.1").unwrap();
    Outbound::with_times(allowed, Duration::from_millis(1500), Duration::from_millis(500)).unwrap()
}

#[tokio::test]
async fn nothing_inside_is_reached() {
    let v4 = Canary::start("127.0.0.1", async |_| ()).await;
    let v6 = Canary::start("::1", async |_| ()).await;
    let (port, port6) = (v4.port, v6.port);
    let client = closed();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://0:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f000001:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://localhost.:{port}/"),
        format!("http://LOCALHOST:{port6}/"),
        format!("http://①②⑦.⓪.⓪.①:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://[::127.0.0.1]:{port}/"),
        format!("http://[::1]:{port6}/"),
        format!("http://[::]:{port6}/"),
        format!("http://[0:0:0:0:0:0:0:1]:{port6}/"),
        "http://169.254.169.254/".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "http://[::ffff:a9fe:a9fe]/".to_owned(),
        "http://[::169.254.169.254]/".to_owned(),
        "http://[64:ff9b::a9fe:a9fe]/".to_owned(),
        "http://[2002:a9fe:a9fe::]/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "http://100.100.100.200/".to_owned(),
        "http://2852039166/".to_owned(),
        "http://0xa9fea9fe/".to_owned(),
        "http://0251.0376.0251.0376/".to_owned(),
        "https://10.0.0.1/".to_owned(),
    ] {
        let url = http_url(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(client.send(Call::get(url.clone())).await.unwrap_err(), OutboundError::Unreachable, "{url}");
    }
    assert_eq!((v4.count(), v6.count()), (0, 0));
    // A closed port of a permitted address is answered with the same words.
    let nobody = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port() };
    let url = http_url(&format!("http://127.0.0.1:{nobody}/")).unwrap();
    assert_eq!(open().send(Call::get(url)).await.unwrap_err(), OutboundError::Unreachable);
}

#[test]
fn what_is_no_plain_http_address_is_not_tried() {
    for bad in [
        "http://[fe80::1%25eth0]/",
        "http://a@127.0.0.1/",
        "http://a:b@example.org/",
        "http://:b@example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "dict://127.0.0.1:11211/",
        "ftp://example.org/",
        "unix:/run/x.sock",
        "http://",
        "//example.org/",
        "example.org",
        "http://example.org/\r\nX-Evil: 1",
        "http://exa\tmple.org/",
    ] {
        assert_eq!(http_url(bad).unwrap_err(), OutboundError::BadUrl, "{bad}");
    }
    // What looks like an address behind # is no host.
    assert_eq!(http_url("http://ok.com#@127.0.0.1/").unwrap().host_str(), Some("ok.com"));
}

#[tokio::test]
async fn redirects_are_shown_and_not_followed() {
    let target = Canary::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("HTTP/1.1 {status} Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", target.url());
        let hop = Canary::answering(Box::leak(location.into_boxed_str())).await;
        let answer = open().send(Call::get(hop.url())).await.unwrap();
        assert_eq!((answer.status.as_u16(), hop.count()), (status, 1));
    }
    assert_eq!(target.count(), 0);
}

#[tokio::test]
async fn what_is_too_large_or_too_slow_is_cut_off() {
    let endless = Canary::start("127.0.0.1", |mut stream| async move {
        read_question(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    assert_eq!(open().send(Call::get(endless.url())).await.unwrap_err(), OutboundError::TooLarge);
    let drop_by_drop = Canary::start("127.0.0.1", |mut stream| async move {
        read_question(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
    assert_eq!(open().send(Call::get(drop_by_drop.url())).await.unwrap_err(), OutboundError::Unreachable);
    let headers = Canary::start("127.0.0.1", |mut stream| async move {
        read_question(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-more: and more\r\n").await.is_ok() {}
    })
    .await;
    assert_eq!(open().send(Call::get(headers.url())).await.unwrap_err(), OutboundError::Unreachable);
    let silent = Canary::start("127.0.0.1", |mut stream| async move {
        read_question(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(open().send(Call::get(silent.url())).await.unwrap_err(), OutboundError::Unreachable);
}

#[tokio::test]
async fn compressed_answers_are_not_unpacked() {
    let bomb = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nBOMB";
    let server = Canary::answering(bomb).await;
    let answer = open().send(Call::get(server.url())).await.unwrap();
    assert_eq!(answer.body.as_ref(), b"BOMB");
    let full = Canary::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345").await;
    assert_eq!(open().send(Call::get(full.url()).limit(5)).await.unwrap().body.as_ref(), b"12345");
    assert_eq!(open().send(Call::get(full.url()).limit(4)).await.unwrap_err(), OutboundError::TooLarge);
}

#[tokio::test]
async fn documents_are_kept_for_a_while() {
    let server = Canary::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").await;
    let (client, url) = (open(), server.url());
    let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let ask = async |seconds: i64, age: i64| {
        let now = start + TimeDelta::seconds(seconds);
        assert_eq!(client.document(&url, now, TimeDelta::seconds(age)).await.unwrap().as_ref(), b"{}");
        server.count()
    };
    assert_eq!(ask(0, 600).await, 1);
    assert_eq!(ask(599, 600).await, 1);
    assert_eq!(ask(600, 600).await, 2);
    assert_eq!(ask(630, 60).await, 2);
    assert_eq!(ask(660, 60).await, 3);
}

#[test]
fn credentials_are_encoded_and_hidden() {
    let url = Url::parse("https://idp.example/token").unwrap();
    let call = Call::form(url, &[("code", "a b&c")]).basic("id:1", "s/e c");
    assert_eq!(call.body.as_ref(), b"code=a+b%26c");
    let header = &call.headers[header::AUTHORIZATION];
    assert_eq!(header, &format!("Basic {}", STANDARD.encode("id%3A1:s%2Fe+c")));
    assert!(header.is_sensitive() && !format!("{call:?}").contains(&STANDARD.encode("id%3A1")));
}
