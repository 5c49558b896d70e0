//! What goes on all the time: the feed is told, words of other nodes are heard, sessions are looked
//! at again, and people who type or look are shown.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use db::{Tasks, feed};
use kernel::{AppError, AppResult, OrganizationId, TicketId};
use tokio::time::sleep;

use crate::{
    Part, Realtime,
    bus::{Said, Word},
    happening::{self, may_hear},
    limits::End,
    presence::AGAIN,
};

/// Entries that are told at a time.
const BATCH: i64 = 500;
/// The feed is looked at even if nobody says that it has grown.
const LOOK: Duration = Duration::from_secs(1);
/// Between two looks at what waits.
const TICK: Duration = Duration::from_millis(100);
/// An organization whose rows cannot be read is told to fetch everything after so many tries.
const TRIES: u32 = 3;
/// Connections have so long to end when the process does.
const LAST: Duration = Duration::from_secs(3);

/// Starts all of it.
pub async fn start(realtime: &Arc<Realtime>, part: Part, tasks: &Tasks) -> AppResult<()> {
    if part.serves {
        realtime.hub.advance(feed::ends(&realtime.state.db).await?.1);
        tasks.spawn(until_stopped(realtime, tell));
        tasks.spawn(until_stopped(realtime, check));
        tasks.spawn(until_stopped(realtime, tick));
        tasks.spawn(end(Arc::clone(realtime)));
    }
    if part.serves || part.dispatches {
        tasks.spawn(until_stopped(realtime, listen));
    }
    tasks.spawn(until_stopped(realtime, move |realtime| speak(realtime, part.dispatches)));
    Ok(())
}

fn until_stopped<F>(
    realtime: &Arc<Realtime>,
    work: impl FnOnce(Arc<Realtime>) -> F + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static
where
    F: Future<Output = ()> + Send + 'static,
{
    let realtime = Arc::clone(realtime);
    async move {
        let stop = realtime.stop.clone();
        stop.run_until_cancelled(work(realtime)).await;
    }
}

/// Tells what the feed has behind the last place, in order, each once.
async fn tell(realtime: Arc<Realtime>) {
    let mut tries = 0;
    loop {
        match tell_some(&realtime, tries).await {
            Ok(true) => tries = 0,
            Ok(false) => {
                tries = 0;
                tokio::select! {
                    () = realtime.wake.notified() => {}
                    () = sleep(LOOK) => {}
                }
            }
            Err(error) => {
                tries += 1;
                tracing::warn!(%error, "what happened cannot be told at the moment");
                sleep(LOOK / 2).await;
            }
        }
    }
}

/// Whether there may be more.
async fn tell_some(realtime: &Realtime, tries: u32) -> AppResult<bool> {
    let (db, hub) = (&realtime.state.db, &realtime.hub);
    let entries = feed::behind(db, hub.cursor(), BATCH).await?;
    let Some(last) = entries.last().map(|entry| entry.seq) else { return Ok(false) };
    let is_full = i64::try_from(entries.len()).unwrap_or(BATCH) >= BATCH;
    let listening = hub.organizations();
    let mut by_organization: HashMap<OrganizationId, Vec<_>> = HashMap::new();
    for entry in entries.into_iter().filter(|entry| listening.contains(&entry.organization)) {
        by_organization.entry(entry.organization).or_default().push(entry);
    }
    let mut all = Vec::new();
    for (organization, entries) in by_organization {
        match happening::read(db, organization, &entries).await {
            Ok(happenings) => all.push((organization, Some(happenings))),
            // Its connections end in a moment.
            Err(AppError::Suspended | AppError::NotFound) => {}
            Err(error) if tries < TRIES => return Err(error),
            Err(_) => all.push((organization, None)),
        }
    }
    hub.advance(last);
    for (organization, happenings) in all {
        match happenings {
            Some(happenings) => hub.deliver(organization, &happenings),
            None => hub.resync(organization),
        }
    }
    Ok(is_full)
}

/// Looks whether the sessions of all connections are still good, in one statement.
async fn check(realtime: Arc<Realtime>) {
    loop {
        sleep(realtime.hub.limits.check).await;
        let sessions = realtime.hub.sessions();
        if sessions.is_empty() {
            continue;
        }
        match db::who::still(&realtime.state.db, &sessions).await {
            Ok(still) => realtime.hub.admit(&sessions, still),
            Err(error) => tracing::warn!(%error, "sessions could not be looked at"),
        }
    }
}

/// Sends hints whose time has come, and shows who looks and types, here and on other nodes.
async fn tick(realtime: Arc<Realtime>) {
    let mut said = Instant::now();
    loop {
        sleep(TICK).await;
        realtime.hub.flush();
        let now = Instant::now();
        let everything = now - said >= AGAIN;
        let parts = realtime.hub.with_presence(|presence| {
            presence.expire(now);
            presence.take_news(everything)
        });
        if everything {
            said = now;
        }
        if !parts.is_empty() {
            realtime.bus.say(&realtime.state.db, Word::Here(parts)).await;
        }
        show(&realtime).await;
    }
}

/// Shows who looks and types to those who may see the ticket now. What cannot be looked up is shown the
/// next time.
async fn show(realtime: &Realtime) {
    let mut keys = realtime.hub.with_presence(|presence| presence.changing());
    if keys.is_empty() {
        return;
    }
    let listening = realtime.hub.organizations();
    let mut by_organization: HashMap<OrganizationId, Vec<TicketId>> = HashMap::new();
    for (organization, ticket) in keys.iter().filter(|key| listening.contains(&key.0)) {
        by_organization.entry(*organization).or_default().push(*ticket);
    }
    let mut standings = HashMap::new();
    for (organization, tickets) in by_organization {
        match happening::standings(&realtime.state.db, organization, &tickets).await {
            Ok(found) => standings.extend(found.into_iter().map(|(ticket, at)| ((organization, ticket), at))),
            // Its connections end in a moment.
            Err(AppError::Suspended | AppError::NotFound) => {}
            Err(error) => {
                tracing::debug!(%error, "who is there could not be shown");
                keys.retain(|key| key.0 != organization);
            }
        }
    }
    let seen = realtime.hub.with_presence(|presence| presence.take_changes(&keys));
    realtime.hub.show(&seen, |actor, ticket| {
        standings.get(&(actor.organization, ticket)).is_some_and(|standing| may_hear(actor, standing))
    });
}

/// Says to other nodes what happened in this process.
async fn speak(realtime: Arc<Realtime>, dispatches: bool) {
    let db = realtime.state.db.clone();
    loop {
        let word = tokio::select! {
            () = db.fed() => Word::Fed,
            () = db.passed_on() => Word::Committed,
            // Where nobody dispatches nobody else waits for this.
            () = db.woken(), if !dispatches => Word::Committed,
        };
        if matches!(word, Word::Fed) {
            realtime.wake.notify_one();
        }
        realtime.bus.say(&db, word).await;
    }
}

/// Hears what other nodes say.
async fn listen(realtime: Arc<Realtime>) {
    let db = &realtime.state.db;
    loop {
        let mut hearing = match realtime.bus.listen(db).await {
            Ok(hearing) => hearing,
            Err(error) => {
                tracing::warn!(%error, "the other nodes cannot be heard");
                sleep(LOOK).await;
                continue;
            }
        };
        // What was said until now was not heard.
        realtime.bus.say(db, Word::Hello).await;
        realtime.wake.notify_one();
        loop {
            match hearing.hear().await {
                Ok(Some(said)) => hear(&realtime, said),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "the other nodes are heard again in a moment");
                    sleep(LOOK).await;
                    break;
                }
            }
        }
    }
}

fn hear(realtime: &Realtime, Said { node, word }: Said) {
    if node == realtime.bus.node {
        return;
    }
    match word {
        Word::Fed => realtime.wake.notify_one(),
        Word::Committed => realtime.state.db.wake_from_elsewhere(),
        Word::Here(parts) => {
            realtime.hub.with_presence(|presence| presence.hear(node, parts, Instant::now()));
        }
        Word::Hello => realtime.hub.with_presence(|presence| presence.say_again()),
        Word::Bye => realtime.hub.with_presence(|presence| presence.forget(&node)),
    }
}

/// Ends every connection when the process stops, and waits for them.
async fn end(realtime: Arc<Realtime>) {
    realtime.stop.cancelled().await;
    realtime.bus.say(&realtime.state.db, Word::Bye).await;
    let begin = Instant::now();
    while realtime.hub.end_all(End::Stopping) > 0 && begin.elapsed() < LAST {
        sleep(TICK / 4).await;
    }
}
