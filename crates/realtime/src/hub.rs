//! The connections of this node: who is there, what they subscribed to, and what waits for them.
//!
//! One lock, held for moments only and never while something is awaited.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::extract::ws::Utf8Bytes;
use kernel::{Actor, OrganizationId, Person, SessionId, TicketId, UserId};
use tokio::sync::{mpsc, oneshot};

use crate::{
    happening::{Happening, told},
    limits::{End, Limits},
    presence::{Presence, Scene, Seen},
    wire::{Topic, WsEvent, WsHint, WsPeople},
};

/// A list's hints within one period name at most so many tickets; with more the list itself is named.
const NAMED: usize = 50;

/// One connection, on this node.
pub type Id = u64;

/// What a connection receives: frames, and at last why it ends.
#[derive(Debug)]
pub struct Inbox {
    pub id: Id,
    pub frames: mpsc::Receiver<Utf8Bytes>,
    pub end: oneshot::Receiver<End>,
}

/// Hints about one list, at most once in a period.
#[derive(Debug, Default)]
struct Hints {
    last: Option<Instant>,
    waiting: BTreeMap<Option<TicketId>, WsEvent>,
}

#[derive(Debug)]
struct Connection {
    actor: Arc<Actor>,
    session: SessionId,
    topics: HashSet<Topic>,
    hints: HashMap<Topic, Hints>,
    frames: mpsc::Sender<Utf8Bytes>,
    end: Option<oneshot::Sender<End>>,
}

impl Connection {
    /// Leaves a frame to be sent; whoever does not take them is let go.
    fn send(&mut self, event: &WsEvent) {
        let Ok(text) = serde_json::to_string(event) else { return };
        if self.frames.try_send(text.into()).is_err() {
            self.finish(End::Slow);
        }
    }

    /// Says where we are, and that lists may be others by now.
    fn greet(&mut self, seq: i64) {
        self.send(&WsEvent::Counts(WsHint { seq, topic: Topic::Me.to_string(), id: None, version: None }));
    }

    fn finish(&mut self, end: End) {
        if let Some(sender) = self.end.take() {
            metrics::counter!("helpdesk_realtime_ended_total", "reason" => end.reason()).increment(1);
            let _ = sender.send(end);
        }
    }

    /// Tells at once, or notes it until the period of the list is over.
    fn hint(&mut self, topic: Topic, event: WsEvent, now: Instant, limits: &Limits) {
        let hints = self.hints.entry(topic).or_default();
        if hints.last.is_none_or(|last| now - last >= limits.hints) && hints.waiting.is_empty() {
            hints.last = Some(now);
            return self.send(&event);
        }
        let ticket = match &event {
            WsEvent::TicketUpdated(hint) | WsEvent::NewMessage(hint) => {
                hint.id.as_deref().and_then(|id| id.parse().ok())
            }
            _ => None,
        };
        hints.waiting.insert(ticket, event);
    }

    /// Sends what waited long enough.
    fn flush(&mut self, now: Instant, limits: &Limits) {
        let due: Vec<Topic> = self
            .hints
            .iter()
            .filter(|(_, hints)| !hints.waiting.is_empty() && hints.last.is_none_or(|last| now - last >= limits.hints))
            .map(|(topic, _)| *topic)
            .collect();
        for topic in due {
            let Some(hints) = self.hints.get_mut(&topic) else { continue };
            hints.last = Some(now);
            let waiting = std::mem::take(&mut hints.waiting);
            let last = waiting.values().map(seq).max().unwrap_or_default();
            if waiting.len() > NAMED || waiting.contains_key(&None) {
                self.send(&WsEvent::Counts(WsHint { seq: last, topic: topic.to_string(), id: None, version: None }));
                continue;
            }
            let mut events: Vec<WsEvent> = waiting.into_values().collect();
            events.sort_by_key(seq);
            events.iter().for_each(|event| self.send(event));
        }
    }
}

fn seq(event: &WsEvent) -> i64 {
    match event {
        WsEvent::TicketUpdated(hint)
        | WsEvent::NewMessage(hint)
        | WsEvent::Notification(hint)
        | WsEvent::Counts(hint)
        | WsEvent::Resync(hint) => hint.seq,
        WsEvent::Presence(people) | WsEvent::Typing(people) => people.seq,
    }
}

#[derive(Debug, Default)]
struct Inner {
    next: Id,
    /// Up to where the feed was told.
    cursor: i64,
    connections: HashMap<Id, Connection>,
    by_organization: HashMap<OrganizationId, HashSet<Id>>,
    presence: Presence,
}

/// The connections of this node.
#[derive(Debug)]
pub struct Hub {
    pub limits: Limits,
    inner: Mutex<Inner>,
}

impl Hub {
    pub fn new(limits: Limits) -> Self {
        Self { limits, inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody in, unless there are too many; the first frame waits then.
    pub fn enter(&self, actor: Actor, session: SessionId) -> Result<Inbox, End> {
        let mut inner = self.lock();
        let of = inner.by_organization.get(&actor.organization);
        let own = |id: &&Id| inner.connections.get(id).is_some_and(|one| one.actor.person == actor.person);
        let taken = of.map_or((0, 0), |ids| (ids.len(), ids.iter().filter(own).count()));
        let most = &self.limits;
        if inner.connections.len() >= most.all || taken.0 >= most.organization || taken.1 >= most.person {
            return Err(End::TooMany);
        }
        let (frames, inbox) = mpsc::channel(most.queue);
        let (end, ended) = oneshot::channel();
        inner.next += 1;
        let (id, organization) = (inner.next, actor.organization);
        let mut connection = Connection {
            actor: Arc::new(actor),
            session,
            topics: HashSet::new(),
            hints: HashMap::new(),
            frames,
            end: Some(end),
        };
        connection.greet(inner.cursor);
        inner.connections.insert(id, connection);
        inner.by_organization.entry(organization).or_default().insert(id);
        inner.count();
        Ok(Inbox { id, frames: inbox, end: ended })
    }

    /// Somebody has gone.
    pub fn leave(&self, id: Id) {
        let mut inner = self.lock();
        let Some(connection) = inner.connections.remove(&id) else { return };
        let organization = connection.actor.organization;
        if let Some(ids) = inner.by_organization.get_mut(&organization) {
            ids.remove(&id);
            if ids.is_empty() {
                inner.by_organization.remove(&organization);
            }
        }
        inner.look_away(&connection, tickets(&connection.topics));
        inner.count();
    }

    /// A sign of life for pages, which do not see pings. Time alone moves tickets past their deadlines:
    /// lists may be others by now.
    pub fn greet(&self, id: Id) {
        let mut inner = self.lock();
        let cursor = inner.cursor;
        if let Some(connection) = inner.connections.get_mut(&id) {
            connection.greet(cursor);
        }
    }

    /// The person of a connection.
    pub fn actor(&self, id: Id) -> Option<Arc<Actor>> {
        self.lock().connections.get(&id).map(|connection| Arc::clone(&connection.actor))
    }

    /// Replaces what a connection subscribed to by topics that were checked.
    pub fn subscribe(&self, id: Id, topics: HashSet<Topic>) {
        let mut inner = self.lock();
        let Some(connection) = inner.connections.get_mut(&id) else { return };
        connection.hints.retain(|topic, _| topics.contains(topic));
        let old = std::mem::replace(&mut connection.topics, topics);
        let (organization, new) = (connection.actor.organization, connection.topics.clone());
        let viewer = viewer(connection);
        if let Some(viewer) = viewer {
            for ticket in tickets(&old).filter(|ticket| !new.contains(&Topic::Ticket(*ticket))) {
                inner.presence.look_away((organization, ticket), viewer);
            }
            for ticket in tickets(&new).filter(|ticket| !old.contains(&Topic::Ticket(*ticket))) {
                inner.presence.look((organization, ticket), viewer);
            }
        }
    }

    /// Tells a connection who is at these tickets, which its person may see.
    pub fn tell_present(&self, id: Id, tickets: impl Iterator<Item = TicketId>) {
        let mut inner = self.lock();
        let Inner { connections, presence, cursor, .. } = &mut *inner;
        let Some(connection) = connections.get_mut(&id) else { return };
        let organization = connection.actor.organization;
        for ticket in tickets {
            show(connection, ticket, &presence.shown((organization, ticket)), &Scene::default(), *cursor);
        }
    }

    /// Tickets at which somebody of the organization looks, at most `limit`.
    pub fn present(&self, organization: OrganizationId, limit: usize) -> Vec<TicketId> {
        self.lock().presence.present(organization, limit)
    }

    /// Somebody types in a ticket that they look at, or does no more.
    pub fn typing(&self, id: Id, ticket: TicketId, on: bool) {
        let until = on.then(|| Instant::now() + self.limits.typing);
        let mut inner = self.lock();
        let Some(connection) = inner.connections.get(&id) else { return };
        if let Some(viewer) = viewer(connection).filter(|_| connection.topics.contains(&Topic::Ticket(ticket))) {
            let organization = connection.actor.organization;
            inner.presence.typing((organization, ticket), viewer, until);
        }
    }

    /// Which organizations have connections here.
    pub fn organizations(&self) -> HashSet<OrganizationId> {
        self.lock().by_organization.keys().copied().collect()
    }

    /// Tells those whom it concerns.
    pub fn deliver(&self, organization: OrganizationId, happenings: &[Happening]) {
        let (now, mut inner) = (Instant::now(), self.lock());
        let inner = &mut *inner;
        for id in inner.by_organization.get(&organization).into_iter().flatten() {
            let Some(connection) = inner.connections.get_mut(id) else { continue };
            let (actor, topics) = (Arc::clone(&connection.actor), connection.topics.clone());
            for happening in happenings {
                for topic in &topics {
                    match (told(happening, *topic, &actor), topic) {
                        (None, _) => {}
                        (Some(event @ WsEvent::Notification(_)), _) | (Some(event), Topic::Ticket(_)) => {
                            connection.send(&event);
                        }
                        (Some(event), topic) => connection.hint(*topic, event, now, &self.limits),
                    }
                }
            }
        }
    }

    /// Tells one connection again what it missed; all of it is to be fetched when that is too much.
    pub fn replay(&self, id: Id, happenings: Option<&[Happening]>) {
        let mut inner = self.lock();
        let cursor = inner.cursor;
        let Some(connection) = inner.connections.get_mut(&id) else { return };
        let mut events: BTreeMap<(Topic, Option<String>, bool), WsEvent> = BTreeMap::new();
        for happening in happenings.unwrap_or_default() {
            for topic in &connection.topics {
                if let Some(event) = told(happening, *topic, &connection.actor) {
                    let (id, is_message) = match &event {
                        WsEvent::NewMessage(hint) => (hint.id.clone(), true),
                        WsEvent::TicketUpdated(hint) | WsEvent::Notification(hint) => (hint.id.clone(), false),
                        _ => (None, false),
                    };
                    events.insert((*topic, id, is_message), event);
                }
            }
        }
        if happenings.is_none() || events.len() > self.limits.replay {
            let topic = Topic::Me.to_string();
            return connection.send(&WsEvent::Resync(WsHint { seq: cursor, topic, id: None, version: None }));
        }
        let mut events: Vec<WsEvent> = events.into_values().collect();
        events.sort_by_key(seq);
        events.iter().for_each(|event| connection.send(event));
    }

    /// The feed was told up to here.
    pub fn advance(&self, cursor: i64) {
        self.lock().cursor = cursor;
    }

    /// Up to where the feed was told.
    pub fn cursor(&self) -> i64 {
        self.lock().cursor
    }

    /// Everything of an organization is to be fetched again: what happened could not be told.
    pub fn resync(&self, organization: OrganizationId) {
        for id in self.lock().by_organization.get(&organization).cloned().unwrap_or_default() {
            self.replay(id, None);
        }
    }

    /// Whose connections there are.
    pub fn sessions(&self) -> Vec<(OrganizationId, SessionId)> {
        let inner = self.lock();
        let distinct: HashSet<_> =
            inner.connections.values().map(|connection| (connection.actor.organization, connection.session)).collect();
        distinct.into_iter().collect()
    }

    /// Ends the connections of sessions that are not good any more; the others go on as what their
    /// people are now. `asked` are the sessions that were looked at.
    pub fn admit(&self, asked: &[(OrganizationId, SessionId)], still: Vec<Actor>) {
        let asked: HashSet<_> = asked.iter().copied().collect();
        let still: HashMap<_, _> = still
            .into_iter()
            .filter_map(|actor| Some(((actor.organization, actor.session?), Arc::new(actor))))
            .collect();
        for connection in self.lock().connections.values_mut() {
            let key = (connection.actor.organization, connection.session);
            match still.get(&key) {
                Some(actor) => connection.actor = Arc::clone(actor),
                None if asked.contains(&key) => connection.finish(End::Unauthenticated),
                None => {}
            }
        }
    }

    /// Ends all connections; how many there are.
    pub fn end_all(&self, end: End) -> usize {
        let mut inner = self.lock();
        inner.connections.values_mut().for_each(|connection| connection.finish(end));
        inner.connections.len()
    }

    /// Sends hints whose time has come.
    pub fn flush(&self) {
        let now = Instant::now();
        self.lock().connections.values_mut().for_each(|connection| connection.flush(now, &self.limits));
    }

    /// Does something with who is where.
    pub fn with_presence<T>(&self, work: impl FnOnce(&mut Presence) -> T) -> T {
        work(&mut self.lock().presence)
    }

    /// Shows who is where, as far as it changed and whoever looks on may see the ticket.
    pub fn show(&self, seen: &[Seen], may_see: impl Fn(&Actor, TicketId) -> bool) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        for Seen { key: (organization, ticket), before, now } in seen {
            for id in inner.by_organization.get(organization).into_iter().flatten() {
                let Some(connection) = inner.connections.get_mut(id) else { continue };
                let looks = |topic: &Topic| matches!(topic, Topic::View(_)) || *topic == Topic::Ticket(*ticket);
                let is_internal = connection.actor.is_internal();
                if is_internal && connection.topics.iter().any(looks) && may_see(&connection.actor, *ticket) {
                    show(connection, *ticket, now, before, inner.cursor);
                }
            }
        }
    }
}

impl Inner {
    fn look_away(&mut self, connection: &Connection, tickets: impl Iterator<Item = TicketId>) {
        let Some(viewer) = viewer(connection) else { return };
        for ticket in tickets {
            self.presence.look_away((connection.actor.organization, ticket), viewer);
        }
    }

    fn count(&self) {
        let count = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        metrics::gauge!("helpdesk_realtime_connections").set(count);
    }
}

/// Who is shown to others as looking: staff, but not somebody who acts as another.
fn viewer(connection: &Connection) -> Option<UserId> {
    match connection.actor.person {
        Person::Staff(id) if connection.actor.impersonator.is_none() => Some(id),
        _ => None,
    }
}

fn tickets(topics: &HashSet<Topic>) -> impl Iterator<Item = TicketId> {
    topics.iter().filter_map(Topic::ticket)
}

/// Sends what is different from before.
fn show(connection: &mut Connection, ticket: TicketId, now: &Scene, before: &Scene, seq: i64) {
    let people = |who: &[UserId]| WsPeople {
        seq,
        topic: Topic::Ticket(ticket).to_string(),
        id: ticket,
        version: None,
        who: who.to_vec(),
    };
    if now.looking != before.looking {
        connection.send(&WsEvent::Presence(people(&now.looking)));
    }
    if now.typing != before.typing {
        connection.send(&WsEvent::Typing(people(&now.typing)));
    }
}
