//! Changes of many tickets at once, by the rules of the single calls. What cannot be done with one
//! ticket is found out before anything is written, so that each is changed as a whole or not at all.

use std::collections::HashMap;

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Code, Permission, TeamId, TicketId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiResult, Body, Staff, Write};

use super::input;
use crate::{
    Priority,
    statuses::{Status, StatusCategory, status_key},
    tickets::{
        change::{Changes, Planned, Rules, plan, write},
        policy::sees,
        store::{self, TicketRow},
    },
};

/// Tickets of one call.
const MAX: usize = 500;

/// What is to change; absent stays. It is also what an answer says was there `before`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChanges {
    /// Null takes the ticket from whoever has it.
    #[serde(default, deserialize_with = "web::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<UserId>)]
    pub assignee_id: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "web::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TeamId>)]
    pub team_id: Option<Option<TeamId>>,
    #[serde(default, deserialize_with = "web::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<String>,
    /// Why the status changes; needed for going back to new.
    #[serde(default, deserialize_with = "web::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    #[serde(default, deserialize_with = "web::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub priority: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

/// Changes of one ticket of several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkItem {
    pub id: TicketId,
    /// Skipped when the ticket has another version by now.
    pub version: Option<i64>,
    pub changes: BulkChanges,
}

/// Either the same `changes` of all `ids`, or `items` with changes of their own, as to undo what was
/// done: their `changes` are the `before` of the answer. At most 500.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkTickets {
    #[serde(default)]
    pub ids: Vec<TicketId>,
    pub changes: Option<BulkChanges>,
    #[serde(default)]
    pub items: Vec<BulkItem>,
}

/// What became of one ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkResult {
    pub id: TicketId,
    /// Whether it is now as wanted; else it was skipped.
    pub done: bool,
    /// Of the ticket from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The changes that put things back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<BulkChanges>,
    /// Why it was skipped, as in errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<Code>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One result for each ticket, in the order in which they were named.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOut {
    pub done: usize,
    pub skipped: usize,
    pub results: Vec<BulkResult>,
}

/// `POST tickets/bulk/`
pub async fn handler(mut cx: Staff<Write>, Body(input): Body<BulkTickets>) -> ApiResult {
    let actor = cx.actor.clone();
    let items = items(input)?;
    let results = run(&mut cx.tx, &actor, &items).await?;
    let done = results.iter().filter(|result| result.done).count();
    cx.commit(web::ok(&BulkOut { done, skipped: results.len() - done, results }, None)).await
}

/// One item for each ticket; the first that names it counts. Whether changes are the same for all,
/// which is when a bad value is the fault of the request and not of the ticket.
struct Items {
    list: Vec<BulkItem>,
    alike: bool,
}

fn items(input: BulkTickets) -> AppResult<Items> {
    let alike = input.items.is_empty();
    let mut list = match (input.changes, alike, input.ids.is_empty()) {
        (Some(changes), true, false) => {
            input.ids.into_iter().map(|id| BulkItem { id, version: None, changes: changes.clone() }).collect()
        }
        (None, false, true) => input.items,
        (None, true, _) => return Err(AppError::invalid("changes", "required", "Say what is to change.")),
        (Some(_), true, true) => return Err(AppError::invalid("ids", "required", "Name the tickets.")),
        _ => return Err(AppError::invalid("items", "contradiction", "Send items, or ids with changes.")),
    };
    if list.len() > MAX {
        let field = if alike { "ids" } else { "items" };
        return Err(AppError::invalid(field, "too_long", format!("At most {MAX} tickets at once.")));
    }
    let mut seen = std::collections::HashSet::new();
    list.retain(|item| seen.insert(item.id));
    Ok(Items { list, alike })
}

async fn run(tx: &mut TenantTx, actor: &Actor, items: &Items) -> AppResult<Vec<BulkResult>> {
    let all = || items.list.iter().map(|item| &item.changes);
    if all().any(|changes| changes.assignee_id.is_some() || changes.team_id.is_some()) {
        actor.require(Permission::TicketAssign)?;
    }
    let moves = all().any(|changes| changes.status.is_some());
    if moves {
        actor.require(Permission::TicketStatus)?;
    }
    let mut values = Values::default();
    let mut wanted = Vec::with_capacity(items.list.len());
    for item in &items.list {
        let read = values.read(tx, &item.changes).await;
        wanted.push(match read {
            Err(error) if items.alike || !matches!(error, AppError::Invalid(_)) => return Err(error),
            read => read,
        });
    }
    let priorities: Vec<Priority> = values.priorities.values().copied().collect();
    let rules = Rules::load(tx, moves, &priorities).await?;
    let ids: Vec<TicketId> = items.list.iter().map(|item| item.id).collect();
    let rows = store::find_all(tx, actor, &ids).await?;
    let rows: HashMap<TicketId, &TicketRow> = rows.iter().map(|row| (row.id, row)).collect();
    let now = tx.now();
    let (mut planned, mut results) = (Vec::<Planned<'_>>::new(), Vec::with_capacity(ids.len()));
    for (item, wanted) in items.list.iter().zip(wanted) {
        let row = rows.get(&item.id).filter(|row| sees(actor, row) && row.deleted_at.is_none()).copied();
        let outcome = row.ok_or(AppError::NotFound).and_then(|row| {
            if item.version.is_some_and(|version| version != row.version) {
                return Err(AppError::Stale);
            }
            let changes = combine(row, wanted?)?;
            let before = before(row, &changes);
            Ok((plan(row, changes, &rules, now)?, before, row.version))
        });
        results.push(match outcome {
            Ok((plan, before, version)) => {
                let version = version + i64::from(plan.is_some());
                planned.extend(plan);
                BulkResult {
                    id: item.id,
                    done: true,
                    version: Some(version),
                    before: Some(before),
                    code: None,
                    detail: None,
                }
            }
            Err(error @ AppError::Internal(_)) => return Err(error),
            Err(error) => BulkResult {
                id: item.id,
                done: false,
                version: None,
                before: None,
                code: Some(error.code()),
                detail: Some(sentence(&error)),
            },
        });
    }
    write(tx, actor, &planned).await?;
    Ok(results)
}

/// Of a wrong value, what is wrong with it.
fn sentence(error: &AppError) -> String {
    match error {
        AppError::Invalid(errors) => errors.0.values().flatten().next().map(|problem| problem.message.clone()),
        _ => None,
    }
    .unwrap_or_else(|| error.to_string())
}

/// Checked changes; tags are still to be combined with those of the ticket.
#[derive(Debug)]
struct Wanted {
    changes: Changes,
    add: Vec<String>,
    remove: Vec<String>,
}

/// What values of the body stand for. Each is looked up once.
#[derive(Debug, Default)]
struct Values {
    people: HashMap<UserId, String>,
    teams: HashMap<TeamId, String>,
    statuses: HashMap<String, Status>,
    priorities: HashMap<String, Priority>,
}

impl Values {
    async fn read(&mut self, tx: &mut TenantTx, given: &BulkChanges) -> AppResult<Wanted> {
        let mut changes = Changes::default();
        if let Some(assignee) = given.assignee_id {
            changes.assignee = Some(match assignee {
                Some(id) => Some((id, self.person(tx, id).await?)),
                None => None,
            });
        }
        if let Some(team) = given.team_id {
            changes.team = Some(match team {
                Some(id) => Some((id, self.team(tx, id).await?)),
                None => None,
            });
        }
        if let Some(text) = &given.status {
            changes.status = Some(self.status(tx, text).await?);
        }
        if let Some(text) = &given.priority {
            changes.priority = Some(Priority::read("priority", text)?);
            self.priorities.extend(changes.priority.map(|priority| (text.clone(), priority)));
        }
        let reason = given.reason.as_ref().filter(|text| !text.trim().is_empty());
        changes.reason = reason.map(|text| web::text("reason", text, 1, 2_000)).transpose()?;
        Ok(Wanted { changes, add: input::tags(&given.add_tags)?, remove: input::tags(&given.remove_tags)? })
    }

    async fn person(&mut self, tx: &mut TenantTx, id: UserId) -> AppResult<String> {
        if let Some(name) = self.people.get(&id) {
            return Ok(name.clone());
        }
        let (id, name) = input::assignee(tx, "assignee_id", id).await?;
        self.people.insert(id, name.clone());
        Ok(name)
    }

    async fn team(&mut self, tx: &mut TenantTx, id: TeamId) -> AppResult<String> {
        if let Some(name) = self.teams.get(&id) {
            return Ok(name.clone());
        }
        let (id, name) = input::team(tx, "team_id", id).await?;
        self.teams.insert(id, name.clone());
        Ok(name)
    }

    async fn status(&mut self, tx: &mut TenantTx, text: &str) -> AppResult<Status> {
        let key = status_key(text);
        if let Some(status) = self.statuses.get(&key) {
            return Ok(status.clone());
        }
        let organization = tx.organization();
        let status = input::status(tx, organization, text).await?;
        self.statuses.insert(key, status.clone());
        Ok(status)
    }
}

/// The changes of this ticket: what it has already is none.
fn combine(row: &TicketRow, wanted: Wanted) -> AppResult<Changes> {
    let Wanted { mut changes, add, remove } = wanted;
    if !add.is_empty() || !remove.is_empty() {
        let tags = [row.tags.as_slice(), &add].concat();
        let kept: Vec<String> = tags.into_iter().filter(|tag| !remove.contains(tag)).collect();
        changes.tags = Some(input::tags(&kept)?);
    }
    Ok(changes)
}

/// What puts things back after these changes.
fn before(row: &TicketRow, changes: &Changes) -> BulkChanges {
    let status = changes.status.as_ref().filter(|status| status.key != row.status).map(|_| row.status.clone());
    let missing = |from: &[String], than: &[String]| from.iter().filter(|tag| !than.contains(tag)).cloned().collect();
    let tags = changes.tags.as_deref().unwrap_or(&row.tags);
    let assignee = changes.assignee.as_ref().map(|of| of.as_ref().map(|(id, _)| *id));
    let team = changes.team.as_ref().map(|of| of.as_ref().map(|(id, _)| *id));
    BulkChanges {
        assignee_id: assignee.filter(|id| *id != row.assignee_id).map(|_| row.assignee_id),
        team_id: team.filter(|id| *id != row.team_id).map(|_| row.team_id),
        // Back to new is not possible without one.
        reason: status.as_ref().filter(|_| row.status_category == StatusCategory::New).map(|_| "Undone.".to_owned()),
        status,
        priority: changes.priority.filter(|of| *of != row.priority).map(|_| row.priority.as_str().to_owned()),
        add_tags: missing(&row.tags, tags),
        remove_tags: missing(tags, &row.tags),
    }
}
