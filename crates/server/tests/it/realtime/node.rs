//! A node of the product that answers over real sockets and runs what happens by itself, and clients
//! of its WebSocket.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use db::Tasks;
use futures_util::{SinkExt, StreamExt};
use realtime::{Limits, Part, Realtime};
use serde_json::{Value, json};
use server::{compose, listen, pages};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};
use web::{AppState, TrustedProxies};

use crate::harness::{
    Client, TestApp,
    client::{CANARY_A, CANARY_B},
    schema,
};

/// Within this everything must be told.
pub const SOON: Duration = Duration::from_secs(5);

/// A node, with or without the background work.
pub struct Node {
    pub address: SocketAddr,
    tasks: Tasks,
}

impl Node {
    pub async fn start(app: &TestApp, limits: Limits) -> Self {
        Self::of(app, &app.state, limits, None, true).await
    }

    pub async fn of(app: &TestApp, state: &AppState, limits: Limits, redis: Option<&str>, works: bool) -> Self {
        let tasks = Tasks::default();
        let part = Part { serves: true, dispatches: works };
        let realtime = Realtime::start(state, redis, limits, part, &tasks).await.unwrap();
        let service = compose::service(state, pages::router().merge(realtime.router()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (inner, stop) = (tasks.clone(), tasks.stop());
        tasks.spawn(async move {
            listen::serve(listener, service, listen::Limits::default(), &TrustedProxies::default(), &inner, &stop)
                .await;
        });
        if works {
            let registry = Arc::new(compose::registry(state, &app.mailer));
            db::worker::start(&state.db, registry, &tasks, format!("test-{}", address.port()));
        }
        Self { address, tasks }
    }

    pub async fn stop(self) {
        timeout(Duration::from_secs(15), self.tasks.shutdown()).await.expect("the node does not end");
    }

    /// Opens a socket; `Err` with the status when that is refused.
    pub async fn open(&self, host: &str, origin: Option<&str>) -> Result<Socket, u16> {
        self.open_with(host, &[("origin", origin)]).await
    }

    /// Opens one for an address behind a proxy.
    pub async fn open_from(&self, host: &str, forwarded: &str) -> Result<Socket, u16> {
        let origin = format!("http://{host}");
        self.open_with(host, &[("origin", Some(&origin)), ("x-forwarded-for", Some(forwarded))]).await
    }

    async fn open_with(&self, host: &str, headers: &[(&'static str, Option<&str>)]) -> Result<Socket, u16> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!("ws://{host}/ws/").into_client_request().unwrap();
        for (name, value) in headers {
            if let Some(value) = value {
                request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
            }
        }
        match client_async(request, stream).await {
            Ok((stream, _)) => {
                let forbidden = if host.starts_with("acme") { CANARY_B } else { CANARY_A };
                Ok(Socket { stream, forbidden, told: VecDeque::new() })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket of this person, who has said so.
    pub async fn sign_in(&self, client: &Client) -> Socket {
        let mut socket = self.open(&client.host, Some(&format!("http://{}", client.host))).await.unwrap();
        socket.send(json!({"auth": ticket(client).await})).await;
        assert_eq!(socket.next().await["event"], "counts", "the greeting");
        socket
    }

    /// The same, with these topics, which are known to be in force when this returns.
    pub async fn watch(&self, client: &Client, topics: &[&str]) -> Socket {
        let mut socket = self.sign_in(client).await;
        socket.subscribe(topics).await;
        socket
    }
}

pub async fn ticket(client: &Client) -> String {
    client.post("/realtime/ticket/", Value::Null).await.ok()["ticket"].as_str().unwrap().to_owned()
}

/// One end of a WebSocket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    forbidden: &'static str,
    /// Who was there when the topics came into force.
    told: VecDeque<Value>,
}

impl Socket {
    pub async fn send(&mut self, frame: Value) {
        self.text(frame.to_string()).await;
    }

    pub async fn text(&mut self, text: String) {
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// Replaces the topics. What is sent first is obeyed first: the answer to a resume from nowhere
    /// says that the topics are in force. Who is there already is told before it, and kept for later.
    pub async fn subscribe(&mut self, topics: &[&str]) {
        self.send(json!({"subscribe": topics})).await;
        self.send(json!({"resume": -1})).await;
        let mut told = VecDeque::new();
        loop {
            let frame = self.next().await;
            if frame["event"] == "resync" {
                break;
            }
            if frame["who"].is_array() {
                told.push_back(frame);
            }
        }
        self.told = told;
    }

    /// The next frame, if one comes in time; the code when the server closes.
    pub async fn frame(&mut self, patience: Duration) -> Option<Result<Value, u16>> {
        if let Some(frame) = self.told.pop_front() {
            return Some(Ok(frame));
        }
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match timeout(left, self.stream.next()).await {
                Err(_) => return None,
                Ok(Some(Ok(Message::Text(text)))) => {
                    assert!(!text.contains(self.forbidden), "a frame of another organization: {text}");
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    schema::check_component("WsEvent", &frame);
                    return Some(Ok(frame));
                }
                Ok(Some(Ok(Message::Close(frame)))) => return Some(Err(frame.map_or(1005, |frame| frame.code.into()))),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) => return Some(Err(1006)),
            }
        }
    }

    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        async move {
            match self.frame(SOON).await {
                Some(Ok(frame)) => frame,
                Some(Err(code)) => panic!("{place}: closed with {code}"),
                None => panic!("{place}: nothing was told"),
            }
        }
    }

    /// The next frame that is one of these; others are passed over.
    #[track_caller]
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        async move {
            let end = Instant::now() + SOON;
            while let Some(frame) = self.frame(end.saturating_duration_since(Instant::now())).await {
                match frame {
                    Ok(frame) if wanted(&frame) => return frame,
                    Ok(_) => {}
                    Err(code) => panic!("{place}: closed with {code}"),
                }
            }
            panic!("{place}: it was not told");
        }
    }

    /// Everything that is told within a while.
    pub async fn all(&mut self, patience: Duration) -> Vec<Value> {
        let (end, mut frames) = (Instant::now() + patience, Vec::new());
        while let Some(Ok(frame)) = self.frame(end.saturating_duration_since(Instant::now())).await {
            frames.push(frame);
        }
        frames
    }

    /// The code with which the server ends it.
    pub async fn closed(&mut self, patience: Duration) -> u16 {
        let end = Instant::now() + patience;
        loop {
            match self.frame(end.saturating_duration_since(Instant::now())).await {
                Some(Ok(_)) => {}
                Some(Err(code)) => return code,
                None => panic!("the server does not end it"),
            }
        }
    }
}
