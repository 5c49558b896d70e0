//! One connection: whose page it comes from, whose it is, and then its frames.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Instant,
};

use axum::{
    Extension,
    extract::{
        Request, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use kernel::{Actor, AppError, AppResult, OrganizationId, Permission, SessionId};
use support::facade::Standing;
use tokio::time::{interval, timeout};
use web::{ApiError, AppState, Caller, Config};

use crate::{
    Realtime, admission,
    happening::{self, may_hear},
    hub::Inbox,
    limits::End,
    strangers::Stranger,
    wire::{MAX_TOPICS, Topic, TypingCommand, WsCommand},
};

/// Entries of the feed that one `resume` looks at.
const MISSED: i64 = 500;
/// Tickets of lists about which a new subscriber is told who looks at them.
const PRESENT: usize = 100;

/// `GET /ws/`
pub async fn open(
    State(state): State<AppState>,
    Extension(realtime): Extension<Arc<Realtime>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let headers = request.headers();
    if !is_from_our_page(&state.config, headers) {
        let sentence = "The socket is for pages of this host.".to_owned();
        return ApiError(AppError::Forbidden(sentence)).into_response();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = match state.hosts.resolve(&state, host).await {
        Ok(organization) => organization.map(|organization| organization.id),
        Err(error) => return ApiError(error).into_response(),
    };
    let ip = request.extensions().get::<Caller>().and_then(|caller| caller.ip);
    let Some(stranger) = realtime.strangers.enter(ip.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))) else {
        return ApiError(AppError::TooMany(1)).into_response();
    };
    match upgrade {
        Err(rejection) => rejection.into_response(),
        Ok(upgrade) => {
            let frame = realtime.hub.limits.frame;
            upgrade
                .max_message_size(frame)
                .max_frame_size(frame)
                .on_upgrade(move |socket| serve(socket, realtime, host, stranger))
        }
    }
}

/// Whether `Origin` is a page of the host that is asked, at the port people use or the one that is
/// asked, or one of the origins that were listed. Nothing else than pages has business here.
fn is_from_our_page(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let (Some(host), Some(origin)) = (text(header::HOST), text(header::ORIGIN)) else { return false };
    if config.cors_origins.iter().any(|listed| listed == origin) {
        return true;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let scheme = if config.https { "https" } else { "http" };
    origin == format!("{scheme}://{host}") || origin == config.origin(name)
}

async fn serve(mut socket: WebSocket, realtime: Arc<Realtime>, host: Option<OrganizationId>, stranger: Stranger) {
    let admitted = tokio::select! {
        admitted = timeout(realtime.hub.limits.auth, admit(&mut socket, &realtime, host)) => admitted,
        () = realtime.stop.cancelled() => Ok(Err(Some(End::Stopping))),
    };
    drop(stranger);
    let end = match admitted.unwrap_or(Err(Some(End::Silent))) {
        Err(end) => end,
        Ok((actor, session)) => match realtime.hub.enter(actor, session) {
            Err(end) => Some(end),
            Ok(inbox) => {
                let (id, leaving) = (inbox.id, Arc::clone(&realtime));
                let end = converse(&mut socket, &realtime, inbox).await;
                leaving.hub.leave(id);
                end
            }
        },
    };
    if let Some(end) = end {
        let frame = CloseFrame { code: end.code(), reason: end.reason().into() };
        let _ = timeout(realtime.hub.limits.auth, socket.send(Message::Close(Some(frame)))).await;
    }
}

/// Whose the connection is, by its first frame; without one the peer has gone.
async fn admit(
    socket: &mut WebSocket,
    realtime: &Realtime,
    host: Option<OrganizationId>,
) -> Result<(Actor, SessionId), Option<End>> {
    let text = loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => break text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_)) | Err(_)) => return Err(Some(End::BadFrame)),
            Some(Ok(Message::Close(_))) | None => return Err(None),
        }
    };
    let Ok(WsCommand::Auth(ticket)) = serde_json::from_str(&text) else { return Err(Some(End::Unauthenticated)) };
    match admission::redeem(&realtime.state, host, &ticket).await {
        Ok(Some(admitted)) => Ok(admitted),
        Ok(None) | Err(_) => Err(Some(End::Unauthenticated)),
    }
}

/// Frames in both directions, until one side ends it; why, if it is ours to say.
async fn converse(socket: &mut WebSocket, realtime: &Realtime, mut inbox: Inbox) -> Option<End> {
    let limits = &realtime.hub.limits;
    let (mut ping, mut heard, mut said) = (interval(limits.ping), Instant::now(), Instant::now());
    let mut pace = Pace { since: Instant::now(), frames: 0 };
    loop {
        let received = tokio::select! {
            biased;
            end = &mut inbox.end => return end.ok(),
            received = socket.recv() => received,
            Some(text) = inbox.frames.recv() => {
                said = Instant::now();
                match timeout(limits.send, socket.send(Message::Text(text))).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(End::Slow),
                }
            }
            _ = ping.tick() => {
                if heard.elapsed() > limits.silence {
                    return Some(End::Silent);
                }
                if said.elapsed() >= limits.ping {
                    realtime.hub.greet(inbox.id);
                }
                match timeout(limits.send, socket.send(Message::Ping(Vec::new().into()))).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(End::Slow),
                }
            }
        };
        heard = Instant::now();
        if !pace.allows(heard, limits.rate) {
            return Some(End::TooMany);
        }
        let text = match received {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_))) | None => return None,
            Some(Ok(Message::Binary(_)) | Err(_)) => return Some(End::BadFrame),
        };
        let done = tokio::select! {
            done = obey(realtime, inbox.id, &text) => done,
            end = &mut inbox.end => return end.ok(),
        };
        if let Err(end) = done {
            return Some(end);
        }
    }
}

/// Frames within a second.
struct Pace {
    since: Instant,
    frames: u32,
}

impl Pace {
    fn allows(&mut self, now: Instant, rate: u32) -> bool {
        if now.duration_since(self.since).as_secs() > 0 {
            *self = Self { since: now, frames: 0 };
        }
        self.frames += 1;
        self.frames <= rate
    }
}

async fn obey(realtime: &Realtime, id: u64, text: &str) -> Result<(), End> {
    let done = match serde_json::from_str(text).map_err(|_| End::BadFrame)? {
        WsCommand::Auth(_) => return Err(End::BadFrame),
        WsCommand::Subscribe(topics) if topics.len() > MAX_TOPICS => return Err(End::BadFrame),
        WsCommand::Subscribe(topics) => subscribe(realtime, id, &topics).await,
        WsCommand::Resume(seq) => resume(realtime, id, seq).await,
        WsCommand::Typing(TypingCommand { ticket, on }) => {
            realtime.hub.typing(id, ticket, on);
            Ok(())
        }
    };
    if let Err(error) = done {
        // What could not be looked up is to be fetched, as after a gap that is too long.
        tracing::warn!(%error, "a frame could not be followed");
        realtime.hub.replay(id, None);
    }
    Ok(())
}

/// Subscribes to what the person may see; everything else is left out without a word.
async fn subscribe(realtime: &Realtime, id: u64, topics: &[String]) -> AppResult<()> {
    let Some(actor) = realtime.hub.actor(id) else { return Ok(()) };
    let mut wanted: HashSet<Topic> = topics.iter().filter_map(|topic| topic.parse().ok()).collect();
    let reads = actor.may(Permission::TicketRead);
    wanted.retain(|topic| match topic {
        Topic::Ticket(_) => reads,
        Topic::View(_) => reads && actor.is_internal(),
        Topic::Me => true,
    });
    let tickets: Vec<_> = wanted.iter().filter_map(Topic::ticket).collect();
    let mut standings = happening::standings(&realtime.state.db, actor.organization, &tickets).await?;
    let may = |standing: &Standing| !standing.is_deleted && may_hear(&actor, standing);
    wanted.retain(|topic| topic.ticket().is_none_or(|id| standings.get(&id).is_some_and(may)));
    let shows_lists = wanted.iter().any(|topic| matches!(topic, Topic::View(_)));
    realtime.hub.subscribe(id, wanted);
    // From here on it is told of changes; who is there already is looked up only now, so that nobody comes between.
    if !actor.is_internal() {
        return Ok(());
    }
    if shows_lists {
        let mut others = realtime.hub.present(actor.organization, PRESENT);
        others.retain(|ticket| !standings.contains_key(ticket));
        standings.extend(happening::standings(&realtime.state.db, actor.organization, &others).await?);
    }
    let seen = standings.iter().filter(|(_, standing)| may(standing)).map(|(ticket, _)| *ticket);
    realtime.hub.tell_present(id, seen);
    Ok(())
}

/// Tells what was missed since, or that it is too much.
async fn resume(realtime: &Realtime, id: u64, seq: i64) -> AppResult<()> {
    let (db, hub) = (&realtime.state.db, &realtime.hub);
    let Some(actor) = hub.actor(id) else { return Ok(()) };
    let (first, last) = db::feed::ends(db).await?;
    if seq < 0 || seq > last || seq < first - 1 {
        hub.replay(id, None);
        return Ok(());
    }
    let entries = db::feed::behind_of(db, actor.organization, seq, MISSED + 1).await?;
    if i64::try_from(entries.len()).unwrap_or(i64::MAX) > MISSED {
        hub.replay(id, None);
        return Ok(());
    }
    let happenings = happening::read(db, actor.organization, &entries).await?;
    hub.replay(id, Some(&happenings));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_client_has_so_many_frames_a_second() {
        let begin = Instant::now();
        let mut pace = Pace { since: begin, frames: 0 };
        assert!((0..30).all(|_| pace.allows(begin, 30)));
        assert!(!pace.allows(begin + Duration::from_millis(900), 30));
        assert!(pace.allows(begin + Duration::from_secs(1), 30));
    }
}
