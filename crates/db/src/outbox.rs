//! Events and jobs are written in the transaction of their cause; the dispatcher takes them from there.
//!
//! One leader at a time (an advisory lock) turns outbox rows of all schemas into feed rows, which
//! get their order there, and into one job for each subscriber of the event's topic.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::{AppResult, EventId, JobId, OrganizationId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Db, Mode, PlatformTx, TenantTx,
    jobs::{NewJob, insert},
};

/// Something that happened to an entity; `topic` is `noun.verb-in-past-tense`.
#[derive(Debug, Clone)]
pub struct Event {
    /// For example `ticket.created`.
    pub topic: &'static str,
    /// The entity it happened to.
    pub entity: Uuid,
    /// Ids and changed fields; never contents.
    pub payload: Value,
}

/// What a subscriber's job receives.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delivered {
    /// The event; a subscriber acts at most once for it.
    pub event_id: EventId,
    /// For example `ticket.created`.
    pub topic: String,
    /// The entity it happened to.
    pub entity_id: Uuid,
    /// As emitted.
    pub payload: Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct OutboxRow {
    id: EventId,
    kind: &'static str,
    topic: &'static str,
    entity: Uuid,
    payload: Value,
    run_at: Option<DateTime<Utc>>,
    occurred_at: DateTime<Utc>,
}

impl TenantTx {
    /// Tells the rest of the product, once this transaction commits.
    pub fn emit(&mut self, event: Event) -> EventId {
        let id: EventId = self.id();
        let occurred_at = self.now();
        self.push(OutboxRow {
            id,
            kind: "event",
            topic: event.topic,
            entity: event.entity,
            payload: event.payload,
            run_at: None,
            occurred_at,
        });
        id
    }

    /// Queues a job of `kind`, once this transaction commits; `run_at` in the future delays it.
    pub fn enqueue(&mut self, kind: &'static str, entity: Uuid, payload: Value, run_at: Option<DateTime<Utc>>) {
        let (id, occurred_at) = (self.id(), self.now());
        self.push(OutboxRow { id, kind: "job", topic: kind, entity, payload, run_at, occurred_at });
    }
}

pub(crate) async fn flush(tx: &mut PgConnection, organization: OrganizationId, rows: &[OutboxRow]) -> AppResult<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let kinds: Vec<String> = rows.iter().map(|row| row.kind.to_owned()).collect();
    let topics: Vec<String> = rows.iter().map(|row| row.topic.to_owned()).collect();
    let entities: Vec<Uuid> = rows.iter().map(|row| row.entity).collect();
    let payloads: Vec<Value> = rows.iter().map(|row| row.payload.clone()).collect();
    let run_at: Vec<Option<DateTime<Utc>>> = rows.iter().map(|row| row.run_at).collect();
    let occurred: Vec<DateTime<Utc>> = rows.iter().map(|row| row.occurred_at).collect();
    sqlx::query!(
        "insert into outbox (organization_id, id, kind, topic, entity_id, payload, run_at, occurred_at)
         select $1, r.* from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[], $7::timestamptz[], $8::timestamptz[]) r",
        organization as _,
        &ids,
        &kinds,
        &topics,
        &entities,
        &payloads,
        &run_at as &[Option<DateTime<Utc>>],
        &occurred,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Who wants which topic. The name of a subscriber is the kind of the job it gets.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions(HashMap<&'static str, Vec<&'static str>>);

impl Subscriptions {
    /// `subscriber` gets a job for each event of `topic`.
    pub fn subscribe(&mut self, topic: &'static str, subscriber: &'static str) {
        self.0.entry(topic).or_default().push(subscriber);
    }

    fn of(&self, topic: &str) -> &[&'static str] {
        self.0.get(topic).map_or(&[], Vec::as_slice)
    }
}

/// The advisory lock under which the feed grows.
const FEED: i64 = 0x6865_6c70_6665_6564;

/// Rows the dispatcher takes from one schema at a time.
const BATCH: i32 = 500;

/// Moves outbox rows on; returns how many. All or nothing for each batch.
pub async fn dispatch(db: &Db, subscriptions: &Subscriptions) -> AppResult<usize> {
    let mut tx = PlatformTx::begin(db, Mode::Write).await?;
    let mut rows = sqlx::query!(
        r#"select organization_id as "organization_id!: OrganizationId", id as "id!: EventId", kind as "kind!",
                  topic as "topic!", entity_id as "entity_id!", payload as "payload!", run_at, occurred_at as "occurred_at!"
           from platform.outbox_take($1)"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    rows.sort_by_key(|row| (row.occurred_at, row.id));
    let now = db.now();
    let (mut jobs, mut events) = (Vec::new(), Vec::new());
    for row in &rows {
        if row.kind == "job" {
            jobs.push(NewJob {
                id: JobId(row.id.0),
                organization: row.organization_id,
                kind: row.topic.clone(),
                payload: row.payload.clone(),
                run_at: row.run_at.unwrap_or(now),
                dedupe_key: None,
            });
            continue;
        }
        events.push(row);
        for subscriber in subscriptions.of(&row.topic) {
            let delivered = Delivered {
                event_id: row.id,
                topic: row.topic.clone(),
                entity_id: row.entity_id,
                payload: row.payload.clone(),
                occurred_at: row.occurred_at,
            };
            jobs.push(NewJob {
                id: db.ids.id(),
                organization: row.organization_id,
                kind: (*subscriber).to_owned(),
                payload: json!(delivered),
                run_at: now,
                dedupe_key: Some(format!("{subscriber}:{}", row.id)),
            });
        }
    }
    // Who reads what stands behind a place must miss nothing: places are given out by one at a time,
    // also while one leader takes over from another.
    sqlx::query!("select pg_advisory_xact_lock($1)", FEED).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into platform.feed (organization_id, event_id, topic, entity_id, payload, occurred_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::jsonb[], $6::timestamptz[])
         on conflict (event_id) do nothing",
        &events.iter().map(|row| row.organization_id.0).collect::<Vec<_>>(),
        &events.iter().map(|row| row.id.0).collect::<Vec<_>>(),
        &events.iter().map(|row| row.topic.clone()).collect::<Vec<_>>(),
        &events.iter().map(|row| row.entity_id).collect::<Vec<_>>(),
        &events.iter().map(|row| row.payload.clone()).collect::<Vec<_>>(),
        &events.iter().map(|row| row.occurred_at).collect::<Vec<_>>(),
    )
    .execute(&mut *tx)
    .await?;
    insert(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    if !events.is_empty() {
        db.feed_grew();
    }
    Ok(rows.len())
}
