//! Who is told of an event.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use db::{Mode, TenantTx, jobs::ClaimedJob, outbox::Delivered};
use kernel::{Actor, ApiKeyId, AppError, AppResult, EventId, MessageId, NotificationId, TeamId, TicketId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{AppState, Ref};

use super::{
    events,
    mail::MAIL_JOB,
    model::{Kind, channels},
    settings,
    store::{self, NewNotification},
};
use crate::{
    conversation,
    sla::DEADLINE,
    tickets::{
        self,
        policy::sees,
        store::{Lock, TicketRow},
    },
};

/// What is listened to.
pub const TOPICS: &[&str] = &[
    tickets::events::ASSIGNED,
    tickets::events::UPDATED,
    conversation::events::CREATED,
    conversation::events::REFUSED,
    DEADLINE,
];

/// Tells browsers of a notification once quiet hours are over: payload `{notification}`.
pub const BROWSER_JOB: &str = "notifications.browser";

/// What happened, and to whom it matters.
#[derive(Debug)]
struct News {
    event: EventId,
    at: DateTime<Utc>,
    ticket: TicketRow,
    message: Option<MessageId>,
    /// Kind, id and name.
    actor: (String, Option<Uuid>, String),
    /// Of several kinds for one person the first one counts.
    people: Vec<(UserId, Kind, Value)>,
}

/// What payloads say; each event has some of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    actor: SaidActor,
    assignee: Option<Uuid>,
    author: Option<Uuid>,
    ticket: Option<Uuid>,
    fields: Vec<String>,
    silent: bool,
    clock: String,
    state: String,
    due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SaidActor {
    kind: String,
    id: Option<Uuid>,
}

/// Runs the job of one event.
pub async fn handle(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let internal = |error: serde_json::Error| AppError::Internal(error.into());
    let delivered: Delivered = serde_json::from_value(job.payload.clone()).map_err(internal)?;
    let said: Said = serde_json::from_value(delivered.payload.clone()).map_err(internal)?;
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
    let Some(news) = news(&mut tx, &delivered, &said).await? else { return Ok(()) };
    tell(&mut tx, news).await?;
    tx.commit().await
}

async fn news(tx: &mut TenantTx, delivered: &Delivered, said: &Said) -> AppResult<Option<News>> {
    let organization = tx.organization();
    let is_message = delivered.topic.starts_with("message.");
    let message = is_message.then_some(MessageId(delivered.entity_id));
    let ticket = match (is_message, said.ticket) {
        (true, Some(ticket)) => TicketId(ticket),
        (true, None) => return Ok(None),
        (false, _) => TicketId(delivered.entity_id),
    };
    let system = Actor::system(organization);
    let ticket = tickets::store::find(tx, &system, &Ref::Id(ticket), Lock::None).await?;
    let Some(ticket) = ticket.filter(|ticket| ticket.deleted_at.is_none()) else { return Ok(None) };
    let people = match delivered.topic.as_str() {
        tickets::events::ASSIGNED => assigned(&ticket, said),
        tickets::events::UPDATED => updated(tx, &ticket, said).await?,
        conversation::events::CREATED => written(tx, &ticket, MessageId(delivered.entity_id), said).await?,
        conversation::events::REFUSED => {
            said.author.map(|who| (UserId(who), Kind::NotSent, json!({}))).into_iter().collect()
        }
        _ => deadline(&ticket, said),
    };
    if people.is_empty() {
        return Ok(None);
    }
    let actor = named(tx, &ticket, message, &said.actor).await?;
    Ok(Some(News { event: delivered.event_id, at: delivered.occurred_at, ticket, message, actor, people }))
}

fn assigned(ticket: &TicketRow, said: &Said) -> Vec<(UserId, Kind, Value)> {
    let still = ticket.assignee_id.filter(|assignee| said.assignee == Some(assignee.0));
    still.map(|assignee| (assignee, Kind::Assigned, json!({}))).into_iter().collect()
}

/// What a customer's message moves is told by the message.
async fn updated(tx: &mut TenantTx, ticket: &TicketRow, said: &Said) -> AppResult<Vec<(UserId, Kind, Value)>> {
    let organization = tx.organization();
    if said.actor.kind == "customer" {
        return Ok(Vec::new());
    }
    let changed = |field: &str| said.fields.iter().any(|known| known == field);
    let mut people = Vec::new();
    let others: Vec<&String> = said.fields.iter().filter(|field| *field != "assignee").collect();
    if let Some(assignee) = ticket.assignee_id.filter(|_| !others.is_empty()) {
        people.push((assignee, Kind::TicketUpdated, json!({ "fields": others, "status": ticket.status })));
    }
    if let Some(team) = ticket.team_id.filter(|_| changed("team")) {
        let members = identity::facade::team_members(tx, &[team]).await?;
        let told = json!({ "team": ticket.team_name });
        let given = |(_, user): (TeamId, UserId)| (user, Kind::TeamAssigned, told.clone());
        people.extend(members.into_iter().filter(|(_, user)| Some(*user) != ticket.assignee_id).map(given));
    }
    if changed("status") {
        let watchers = tickets::store::watchers(tx, organization, ticket.id).await?;
        let told = json!({ "status": ticket.status });
        people.extend(watchers.into_iter().map(|(user, _)| (user, Kind::StatusChanged, told.clone())));
    }
    Ok(people)
}

async fn written(
    tx: &mut TenantTx,
    ticket: &TicketRow,
    message: MessageId,
    said: &Said,
) -> AppResult<Vec<(UserId, Kind, Value)>> {
    let organization = tx.organization();
    let named = conversation::mentions::of_message(tx, organization, message).await?;
    let mut people: Vec<_> = named.into_iter().map(|user| (user, Kind::Mention, json!({}))).collect();
    if said.actor.kind == "customer" && !said.silent {
        let watchers = tickets::store::watchers(tx, organization, ticket.id).await?;
        let readers = ticket.assignee_id.into_iter().chain(watchers.into_iter().map(|(user, _)| user));
        people.extend(readers.map(|user| (user, Kind::CustomerReply, json!({}))));
    }
    Ok(people)
}

fn deadline(ticket: &TicketRow, said: &Said) -> Vec<(UserId, Kind, Value)> {
    let kind = if said.state == "breached" { Kind::SlaBreached } else { Kind::SlaAtRisk };
    let told = json!({ "clock": said.clock, "due_at": said.due_at });
    ticket.assignee_id.map(|assignee| (assignee, kind, told)).into_iter().collect()
}

/// Who did it, as shown.
async fn named(
    tx: &mut TenantTx,
    ticket: &TicketRow,
    message: Option<MessageId>,
    actor: &SaidActor,
) -> AppResult<(String, Option<Uuid>, String)> {
    let organization = tx.organization();
    let name = match (actor.kind.as_str(), actor.id, message) {
        ("user", Some(id), _) => identity::facade::find_user(tx, organization, UserId(id)).await?.map(|user| user.name),
        ("key", Some(id), _) => identity::facade::find_key_name(tx, organization, ApiKeyId(id)).await?,
        ("customer", _, Some(message)) => {
            conversation::store::find(tx, organization, message).await?.map(|message| message.author_name)
        }
        ("customer", ..) => ticket.customer_name.clone(),
        _ => None,
    };
    let kind = if actor.kind.is_empty() { "system" } else { actor.kind.as_str() };
    Ok((kind.to_owned(), actor.id, name.unwrap_or_else(|| "Helpdesk".to_owned())))
}

/// Writes one notification a person, unless it is their own doing or they do not see the ticket.
async fn tell(tx: &mut TenantTx, news: News) -> AppResult<()> {
    let organization = tx.organization();
    let users: Vec<UserId> = news.people.iter().map(|(user, ..)| *user).collect();
    let active = identity::facade::active_staff(tx, &users).await?;
    let readers: HashMap<UserId, &Actor> = active
        .iter()
        .filter(|actor| sees(actor, &news.ticket))
        .filter_map(|actor| Some((actor.staff()?, actor)))
        .collect();
    let settings = settings::of(tx, organization, &users).await?;
    let zones = identity::facade::time_zones(tx, &users).await?;
    let (actor_kind, actor_id, actor_name) = &news.actor;
    for (user, kind, details) in &news.people {
        let is_own = actor_kind == "user" && *actor_id == Some(user.0);
        if is_own || !readers.contains_key(user) {
            continue;
        }
        let settings = settings.get(user).cloned().unwrap_or_default();
        let wanted = channels(&settings.said, *kind);
        if !wanted.any() {
            continue;
        }
        let due = settings.due(tx.now().max(news.at), zones.get(user).copied().unwrap_or(Tz::UTC));
        let new = NewNotification {
            id: tx.id(),
            user: *user,
            event: news.event,
            kind: *kind,
            ticket: news.ticket.id,
            message: news.message,
            actor: (actor_kind, *actor_id, actor_name),
            details,
            // A browser needs something to show.
            in_app: wanted.in_app || wanted.browser,
            browser_from: wanted.browser.then_some(due),
            email_from: wanted.email.then_some(due),
        };
        deliver(tx, &new).await?;
    }
    Ok(())
}

async fn deliver(tx: &mut TenantTx, new: &NewNotification<'_>) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    if !store::insert(tx, organization, new, now).await? {
        return Ok(());
    }
    let payload = json!({ "notification": new.id });
    if new.in_app {
        events::created(tx, new.id, new.user);
    }
    if let Some(from) = new.browser_from.filter(|from| *from > now) {
        tx.enqueue(BROWSER_JOB, new.id.0, payload.clone(), Some(from));
    }
    if let Some(from) = new.email_from {
        tx.enqueue(MAIL_JOB, new.id.0, payload, Some(from));
    }
    Ok(())
}

/// Runs the job [`BROWSER_JOB`]: what was read meanwhile is not shown any more.
pub async fn browser_due(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let id: Option<NotificationId> =
        job.payload.get("notification").and_then(|id| serde_json::from_value(id.clone()).ok());
    let id = id.ok_or_else(|| AppError::internal("the job names no notification"))?;
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
    let found = store::find(&mut tx, job.organization, id).await?;
    let Some(row) = found.filter(|row| row.read_at.is_none()) else { return Ok(()) };
    events::created(&mut tx, id, row.user_id);
    tx.commit().await
}
