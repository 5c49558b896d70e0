//! Use cases of notifications.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FieldErrors, NotificationId, PageRequest, Permission, UserId};
use serde_json::json;
use web::{ApiResult, Body, Cursor, IfMatch, Listing, PathId, Query, Read, RequestUri, Staff, Write};

use super::{
    events,
    model::{Kind, QuietHours, channels, clock, minutes},
    settings::{self, Settings},
    store::{self, Filter, ListedRow, ORDER},
    wire::{
        NotificationActor, NotificationOut, NotificationQuery, PatchPreferences, PreferencesOut, QuietHoursOut,
        ReadAll, ReadOne, TicketBrief, Unread,
    },
};

/// Keys are told nothing.
fn person(actor: &Actor) -> AppResult<UserId> {
    actor.staff().ok_or(AppError::NotFound)
}

/// `GET notifications/`
pub async fn list(
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<NotificationQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, query.cursor)?;
    let (actor, now) = (cx.actor.clone(), cx.tx.now());
    let user = person(&actor)?;
    if let Some(text) = query.kind.iter().find(|text| Kind::parse(text).is_none()) {
        return Err(AppError::invalid("kind", "invalid", format!("{text:.50} is not a kind.")).into());
    }
    let filter = Filter { unread: query.unread.unwrap_or(false), kinds: query.kind };
    let rows = store::list(&mut cx.tx, &actor, user, &filter, &listing).await?;
    let count = match listing.cursor {
        Some(_) => None,
        None => Some(store::count(&mut cx.tx, &actor, user, &filter).await?),
    };
    let cursor = |row: &ListedRow| {
        let place = row.created_at.timestamp_micros().to_string();
        Cursor { o: ORDER.to_owned(), v: Some(place), i: row.id.0 }.encode()
    };
    let page = listing.page(rows, count, Some(&cursor));
    let results = page.results.iter().map(|row| shown(row, now)).collect::<AppResult<Vec<_>>>()?;
    Ok(web::ok(&page.with(results), None))
}

fn shown(row: &ListedRow, now: chrono::DateTime<chrono::Utc>) -> AppResult<NotificationOut> {
    Ok(NotificationOut {
        id: row.id,
        kind: Kind::parse(&row.kind).ok_or_else(|| AppError::internal("a notification of no kind"))?,
        ticket: TicketBrief {
            id: row.ticket_id,
            number: row.number,
            reference: row.reference.clone(),
            subject: row.subject.clone(),
        },
        message_id: row.message_id,
        actor: NotificationActor {
            kind: row.actor_kind.clone(),
            id: row.actor_id.map(|id| kernel::id::wire(&row.actor_kind, id)),
            name: row.actor_name.clone(),
        },
        details: row.details.clone(),
        browser: row.browser_from.is_some_and(|from| from <= now),
        created_at: row.created_at,
        read_at: row.read_at,
    })
}

async fn count_unread(tx: &mut TenantTx, actor: &Actor, user: UserId) -> AppResult<Unread> {
    let filter = Filter { unread: true, kinds: Vec::new() };
    Ok(Unread { unread: store::count(tx, actor, user, &filter).await?.min(PageRequest::COUNT_CAP) })
}

/// `GET notifications/unread/`
pub async fn unread(mut cx: Staff<Read>) -> ApiResult {
    let actor = cx.actor.clone();
    let user = person(&actor)?;
    Ok(web::ok(&count_unread(&mut cx.tx, &actor, user).await?, None))
}

/// `POST notifications/read/`
pub async fn read_all(mut cx: Staff<Write>, Body(input): Body<ReadAll>) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let user = person(&actor)?;
    if input.ids.as_ref().is_some_and(|ids| ids.len() > 100) {
        return Err(AppError::invalid("ids", "too_long", "At most 100 ids.").into());
    }
    let which = (input.ids.as_deref(), input.ticket);
    if store::mark_all(&mut cx.tx, organization, user, which, now).await? > 0 {
        events::read(&mut cx.tx, user);
    }
    let answer = web::ok(&count_unread(&mut cx.tx, &actor, user).await?, None);
    cx.commit(answer).await
}

/// `POST notifications/{id}/read/`
pub async fn read(PathId(id): PathId<NotificationId>, mut cx: Staff<Write>, Body(input): Body<ReadOne>) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let user = person(&actor)?;
    let read_at = input.read.unwrap_or(true).then_some(now);
    if !store::mark_one(&mut cx.tx, organization, user, id, read_at).await? {
        return Err(AppError::NotFound.into());
    }
    events::read(&mut cx.tx, user);
    let answer = web::ok(&count_unread(&mut cx.tx, &actor, user).await?, None);
    cx.commit(answer).await
}

async fn load(tx: &mut TenantTx, user: UserId) -> AppResult<Settings> {
    let organization = tx.organization();
    Ok(settings::of(tx, organization, &[user]).await?.remove(&user).unwrap_or_default())
}

fn shown_preferences(settings: &Settings) -> PreferencesOut {
    let quiet = settings.quiet.map(|quiet| QuietHoursOut { from: clock(quiet.from), until: clock(quiet.until) });
    PreferencesOut {
        events: Kind::ALL.iter().map(|kind| (kind.as_str(), channels(&settings.said, *kind))).collect(),
        quiet_hours: quiet,
        version: settings.version,
    }
}

/// `GET notifications/preferences/`
pub async fn preferences(mut cx: Staff<Read>) -> ApiResult {
    let user = person(&cx.actor)?;
    let settings = load(&mut cx.tx, user).await?;
    Ok(web::ok(&shown_preferences(&settings), settings.version))
}

/// `PATCH notifications/preferences/`
pub async fn change_preferences(
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchPreferences>,
) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let user = person(&cx.actor)?;
    cx.actor.require(Permission::SelfWrite)?;
    settings::lock(&mut cx.tx, organization, user, now).await?;
    let old = load(&mut cx.tx, user).await?;
    if_match.check(old.version)?;
    let mut new = apply(&old, input)?;
    settings::save(&mut cx.tx, organization, user, &new, now).await?;
    new.version += 1;
    let told = |settings: &Settings| {
        let shown = shown_preferences(settings);
        json!({ "events": shown.events, "quiet_hours": shown.quiet_hours })
    };
    cx.tx.audit_change("user.notifications_updated", ("user", Some(user.0)), &told(&old), &told(&new));
    let answer = web::ok(&shown_preferences(&new), new.version);
    cx.commit(answer).await
}

fn apply(old: &Settings, input: PatchPreferences) -> AppResult<Settings> {
    let mut errors = FieldErrors::default();
    let mut new = old.clone();
    for (text, patch) in input.events.unwrap_or_default() {
        let Some(kind) = Kind::parse(&text) else {
            errors.add("events", "invalid", format!("{text:.50} is not a kind."));
            continue;
        };
        let mut wanted = channels(&new.said, kind);
        wanted.in_app = patch.in_app.unwrap_or(wanted.in_app);
        wanted.email = patch.email.unwrap_or(wanted.email);
        wanted.browser = patch.browser.unwrap_or(wanted.browser);
        new.said.insert(text, wanted);
    }
    match input.quiet_hours {
        None => {}
        Some(None) => new.quiet = None,
        Some(Some(hours)) => match (minutes(&hours.from), minutes(&hours.until)) {
            (Some(from), Some(until)) if from != until => new.quiet = Some(QuietHours { from, until }),
            _ => errors.add("quiet_hours", "invalid", "Two different times of the day, such as 22:00 and 07:00."),
        },
    }
    errors.finish()?;
    Ok(new)
}
