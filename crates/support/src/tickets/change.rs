//! Changes of a ticket's own fields: one place computes the next state, its history, its deadlines
//! and its events, whether a person, a mail or a rule asked for it.

use std::{collections::HashMap, fmt::Display};

use chrono::{DateTime, TimeDelta, Utc};
use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, CustomerId, SlaPolicyId, TeamId, TicketId, UserId};
use serde_json::{Map, Value, json};

use super::{
    events,
    model::{Move, Progress, transition},
    store::{self, Line, TicketRow},
};
use crate::{
    Priority, sla,
    statuses::{Status, StatusCategory},
};

/// What is to change; absent stays. Values are checked already.
#[expect(missing_docs, reason = "fields of a ticket by their own names")]
#[derive(Debug, Default)]
pub struct Changes {
    pub subject: Option<String>,
    pub description: Option<String>,
    pub priority: Option<Priority>,
    pub kind: Option<String>,
    pub category: Option<Option<String>>,
    pub customer: Option<Option<(CustomerId, String)>>,
    pub assignee: Option<Option<(UserId, String)>>,
    pub team: Option<Option<(TeamId, String)>>,
    pub status: Option<Status>,
    pub reason: Option<String>,
    /// Closes from any status.
    pub forced: bool,
    /// Staff has answered in public.
    pub responded: bool,
    pub tags: Option<Vec<String>>,
    pub custom_fields: Option<Value>,
    pub external_id: Option<Option<String>>,
    /// Nobody is told.
    pub silent: bool,
}

/// Every changeable field after the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    pub subject: String,
    pub progress: Progress,
    pub priority: Priority,
    pub kind: String,
    pub category: Option<String>,
    pub customer: Option<CustomerId>,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub policy: Option<SlaPolicyId>,
    pub first_response_due_at: DateTime<Utc>,
    pub resolution_due_at: DateTime<Utc>,
    pub custom_fields: Value,
    pub external_id: Option<String>,
}

impl From<&TicketRow> for Next {
    fn from(row: &TicketRow) -> Self {
        Self {
            subject: row.subject.clone(),
            progress: progress(row),
            priority: row.priority,
            kind: row.kind.clone(),
            category: row.category.clone(),
            customer: row.customer_id,
            assignee: row.assignee_id,
            team: row.team_id,
            policy: row.sla_policy_id,
            first_response_due_at: row.first_response_due_at,
            resolution_due_at: row.resolution_due_at,
            custom_fields: row.custom_fields.clone(),
            external_id: row.external_id.clone(),
        }
    }
}

/// The part of a row that statuses move.
pub fn progress(row: &TicketRow) -> Progress {
    Progress {
        status: row.status.clone(),
        category: row.status_category,
        first_response_at: row.first_response_at,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        reopened_count: row.reopened_count,
    }
}

/// What the organization says that changes go by; asked before tickets are locked.
#[derive(Debug, Default)]
pub struct Rules {
    /// Whether leaving `new` for an open status counts as first response.
    responds: bool,
    targets: HashMap<Priority, sla::Targets>,
}

impl Rules {
    /// What is needed for changes of status, if there are any, and for these new priorities.
    pub async fn load(tx: &mut TenantTx, moves: bool, priorities: &[Priority]) -> AppResult<Self> {
        let organization = tx.organization();
        let mut rules = Self::default();
        for priority in priorities {
            rules.targets.insert(*priority, sla::targets_for(tx, organization, *priority).await?);
        }
        rules.responds = moves && identity::facade::settings(tx).await?.first_response_on_status;
        Ok(rules)
    }
}

/// A change of one ticket, worked out and not written yet.
#[derive(Debug)]
pub struct Planned<'a> {
    row: &'a TicketRow,
    next: Next,
    lines: Vec<Line>,
    changes: Changes,
}

impl Planned<'_> {
    /// Which fields change.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().map(|line| line.field)
    }
}

/// Applies the changes to a locked ticket: row, tags, history, events. Whether anything changed.
pub async fn apply(tx: &mut TenantTx, actor: &Actor, row: &TicketRow, changes: Changes) -> AppResult<bool> {
    let priority = changes.priority.filter(|priority| *priority != row.priority);
    let rules = Rules::load(tx, changes.status.is_some(), priority.as_slice()).await?;
    let planned = plan(row, changes, &rules, tx.now())?;
    let is_change = planned.is_some();
    write(tx, actor, planned.as_slice()).await?;
    Ok(is_change)
}

/// What the changes make of a ticket; none when nothing changes. An error says why they cannot be made.
pub fn plan<'a>(
    row: &'a TicketRow,
    mut changes: Changes,
    rules: &Rules,
    now: DateTime<Utc>,
) -> AppResult<Option<Planned<'a>>> {
    let mut next = Next::from(row);
    let mut lines = plain_fields(row, &changes, &mut next);
    if let Some(status) = &changes.status {
        if status.is_retired && status.key != row.status {
            return Err(AppError::invalid("status", "retired", "This status is not in use any more."));
        }
        let how = Move { reason: changes.reason.as_deref(), forced: changes.forced, responds: rules.responds, now };
        next.progress = transition(&next.progress, status, how)?;
        note(&mut lines, "status", Some(row.status.clone()), Some(status.key.clone()));
    }
    if changes.responded && next.progress.first_response_at.is_none() {
        next.progress.first_response_at = Some(now);
    }
    if next.priority != row.priority && !super::model::is_done(next.progress.category) {
        let targets = rules.targets.get(&next.priority);
        let targets = targets.ok_or_else(|| AppError::internal("the targets of a new priority were not asked for"))?;
        next.policy = targets.policy;
        next.first_response_due_at = due(row.created_at, targets.first_response);
        next.resolution_due_at = due(row.created_at, targets.resolution);
    }
    changes.tags = changes.tags.filter(|tags| *tags != row.tags);
    if let Some(tags) = &changes.tags {
        note(&mut lines, "tags", Some(row.tags.join(", ")), Some(tags.join(", ")));
    }
    changes.description = changes.description.filter(|text| row.description.as_ref() != Some(text));
    if let Some(text) = &changes.description {
        note(&mut lines, "description", row.description.clone(), Some(text.clone()));
    }
    let is_change = !lines.is_empty() || next != Next::from(row);
    Ok(is_change.then_some(Planned { row, next, lines, changes }))
}

/// Writes what was planned of locked tickets, in as many statements as for one.
pub async fn write(tx: &mut TenantTx, actor: &Actor, planned: &[Planned<'_>]) -> AppResult<()> {
    if planned.is_empty() {
        return Ok(());
    }
    let (organization, now) = (tx.organization(), tx.now());
    let tagged = planned.iter().filter_map(|of| Some((of.row.id, of.changes.tags.as_deref()?))).collect::<Vec<_>>();
    store::replace_tags(tx, organization, &tagged).await?;
    for (ticket, text) in planned.iter().filter_map(|of| Some((of.row.id, of.changes.description.as_deref()?))) {
        store::update_description(tx, organization, ticket, text).await?;
    }
    let rows: Vec<_> = planned.iter().map(|of| (of.row.id, &of.next)).collect();
    store::update(tx, organization, &rows, now).await.on_constraint("tickets_external_id_key", || {
        AppError::taken("external_id", "Another ticket has this external id.")
    })?;
    let entries: Vec<_> = planned
        .iter()
        .map(|of| Entry {
            ticket: of.row.id,
            action: if of.changes.forced { "ticket.force_closed" } else { "ticket.updated" },
            lines: &of.lines,
            reason: of.changes.reason.as_deref(),
        })
        .collect();
    record(tx, actor, &entries).await?;
    for of in planned {
        tell(tx, actor, of);
    }
    Ok(())
}

/// `created_at` plus the target.
pub fn due(created_at: DateTime<Utc>, target: TimeDelta) -> DateTime<Utc> {
    created_at + target
}

/// What happened to a ticket, for its history and the audit log.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Which ticket.
    pub ticket: TicketId,
    /// For the audit log.
    pub action: &'static str,
    /// Its fields that changed.
    pub lines: &'a [Line],
    /// Why, in the words of whoever did it.
    pub reason: Option<&'a str>,
}

/// Writes what happened to tickets into their histories and into the audit log.
pub async fn record(tx: &mut TenantTx, actor: &Actor, entries: &[Entry<'_>]) -> AppResult<()> {
    store::insert_history(tx, actor, entries).await?;
    let value = |id: &Option<String>, text: &Option<String>| match (id, text) {
        (Some(id), Some(name)) => json!({ "id": id, "name": name }),
        (_, text) => json!(text),
    };
    for entry in entries.iter().filter(|entry| !entry.lines.is_empty()) {
        let before: Map<String, Value> =
            entry.lines.iter().map(|line| (line.field.to_owned(), value(&line.ids.0, &line.old))).collect();
        let mut after: Map<String, Value> =
            entry.lines.iter().map(|line| (line.field.to_owned(), value(&line.ids.1, &line.new))).collect();
        if let Some(reason) = entry.reason {
            after.insert("reason".to_owned(), reason.into());
        }
        tx.audit(entry.action, ("ticket", Some(entry.ticket.0)), &before, &after);
    }
    Ok(())
}

fn note(lines: &mut Vec<Line>, field: &'static str, old: Option<String>, new: Option<String>) {
    if old != new {
        lines.push(Line { field, old, new, ids: (None, None) });
    }
}

/// A field that links to something with an id and a name.
fn note_link<T: Copy + PartialEq + Display>(
    lines: &mut Vec<Line>,
    field: &'static str,
    old: (Option<T>, &Option<String>),
    new: Option<&(T, String)>,
) {
    if old.0 != new.map(|(id, _)| *id) {
        lines.push(Line {
            field,
            old: old.1.clone(),
            new: new.map(|(_, name)| name.clone()),
            ids: (old.0.map(|id| id.to_string()), new.map(|(id, _)| id.to_string())),
        });
    }
}

/// The fields without rules of their own.
fn plain_fields(row: &TicketRow, changes: &Changes, next: &mut Next) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(subject) = &changes.subject {
        note(&mut lines, "subject", Some(row.subject.clone()), Some(subject.clone()));
        next.subject.clone_from(subject);
    }
    if let Some(priority) = changes.priority {
        note(&mut lines, "priority", Some(row.priority.as_str().into()), Some(priority.as_str().into()));
        next.priority = priority;
    }
    if let Some(kind) = &changes.kind {
        note(&mut lines, "type", Some(row.kind.clone()), Some(kind.clone()));
        next.kind.clone_from(kind);
    }
    if let Some(category) = &changes.category {
        note(&mut lines, "category", row.category.clone(), category.clone());
        next.category.clone_from(category);
    }
    if let Some(customer) = &changes.customer {
        note_link(&mut lines, "customer", (row.customer_id, &row.customer_name), customer.as_ref());
        next.customer = customer.as_ref().map(|(id, _)| *id);
    }
    if let Some(assignee) = &changes.assignee {
        note_link(&mut lines, "assignee", (row.assignee_id, &row.assignee_name), assignee.as_ref());
        next.assignee = assignee.as_ref().map(|(id, _)| *id);
    }
    if let Some(team) = &changes.team {
        note_link(&mut lines, "team", (row.team_id, &row.team_name), team.as_ref());
        next.team = team.as_ref().map(|(id, _)| *id);
    }
    if let Some(fields) = &changes.custom_fields {
        note(&mut lines, "custom_fields", Some(row.custom_fields.to_string()), Some(fields.to_string()));
        next.custom_fields.clone_from(fields);
    }
    if let Some(external) = &changes.external_id {
        note(&mut lines, "external_id", row.external_id.clone(), external.clone());
        next.external_id.clone_from(external);
    }
    lines
}

fn tell(tx: &mut TenantTx, actor: &Actor, planned: &Planned<'_>) {
    let Planned { row, next, changes, .. } = planned;
    if changes.silent {
        return;
    }
    if let Some(assignee) = next.assignee
        && next.assignee != row.assignee_id
    {
        events::assigned(tx, actor, row.id, assignee);
    }
    let fields: Vec<&str> = planned.fields().collect();
    events::updated(tx, actor, row.id, &fields, row.version + 1);
}

/// Moves a ticket the way a customer's message does; `None` when the message must start a follow-up instead.
pub async fn wake_up(tx: &mut TenantTx, actor: &Actor, row: &TicketRow) -> AppResult<Option<TicketId>> {
    use super::model::{Reaction, on_customer_message};
    match on_customer_message(&progress(row), tx.now()) {
        Reaction::FollowUp => Ok(None),
        Reaction::Stay => Ok(Some(row.id)),
        Reaction::MoveTo(key) => {
            let organization = tx.organization();
            let status = crate::statuses::find_status(tx, organization, key).await?;
            let status = status.unwrap_or(Status {
                key: key.to_owned(),
                name: key.to_owned(),
                category: StatusCategory::Open,
                is_retired: false,
            });
            apply(tx, actor, row, Changes { status: Some(status), ..Changes::default() }).await?;
            Ok(Some(row.id))
        }
    }
}
