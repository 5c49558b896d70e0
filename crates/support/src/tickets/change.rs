//! Changes of a ticket's own fields: one place computes the next state, its history, its deadlines
//! and its events, whether a person, a mail or a rule asked for it.

use std::fmt::Display;

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

/// Applies the changes to a locked ticket: row, tags, history, events. Whether anything changed.
pub async fn apply(tx: &mut TenantTx, actor: &Actor, row: &TicketRow, changes: Changes) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    let mut next = Next::from(row);
    let mut lines = plain_fields(row, &changes, &mut next);
    if let Some(status) = &changes.status {
        let responds = identity::facade::settings(tx).await?.first_response_on_status;
        let how = Move { reason: changes.reason.as_deref(), forced: changes.forced, responds, now };
        next.progress = transition(&next.progress, status, how)?;
        note(&mut lines, "status", Some(row.status.clone()), Some(status.key.clone()));
    }
    if changes.responded && next.progress.first_response_at.is_none() {
        next.progress.first_response_at = Some(now);
    }
    if next.priority != row.priority && !super::model::is_done(next.progress.category) {
        let targets = sla::targets_for(tx, organization, next.priority).await?;
        next.policy = targets.policy;
        next.first_response_due_at = due(row.created_at, targets.first_response);
        next.resolution_due_at = due(row.created_at, targets.resolution);
    }
    if let Some(tags) = &changes.tags
        && *tags != row.tags
    {
        store::replace_tags(tx, organization, row.id, tags).await?;
        note(&mut lines, "tags", Some(row.tags.join(", ")), Some(tags.join(", ")));
    }
    if let Some(text) = &changes.description
        && row.description.as_deref() != Some(text)
    {
        store::update_description(tx, organization, row.id, text).await?;
        note(&mut lines, "description", row.description.clone(), Some(text.clone()));
    }
    if lines.is_empty() && next == Next::from(row) {
        return Ok(false);
    }
    store::update(tx, organization, row.id, &next, now).await.on_constraint("tickets_external_id_key", || {
        AppError::taken("external_id", "Another ticket has this external id.")
    })?;
    let action = if changes.forced { "ticket.force_closed" } else { "ticket.updated" };
    record(tx, actor, row.id, action, &lines, changes.reason.as_deref()).await?;
    tell(tx, actor, row, &next, &lines, changes.silent);
    Ok(true)
}

/// `created_at` plus the target.
pub fn due(created_at: DateTime<Utc>, target: TimeDelta) -> DateTime<Utc> {
    created_at + target
}

/// Writes what happened to a ticket into its history and into the audit log.
pub async fn record(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: TicketId,
    action: &'static str,
    lines: &[Line],
    reason: Option<&str>,
) -> AppResult<()> {
    if lines.is_empty() {
        return Ok(());
    }
    store::insert_history(tx, actor, ticket, lines, reason).await?;
    let value = |id: &Option<String>, text: &Option<String>| match (id, text) {
        (Some(id), Some(name)) => json!({ "id": id, "name": name }),
        (_, text) => json!(text),
    };
    let before: Map<String, Value> =
        lines.iter().map(|line| (line.field.to_owned(), value(&line.ids.0, &line.old))).collect();
    let mut after: Map<String, Value> =
        lines.iter().map(|line| (line.field.to_owned(), value(&line.ids.1, &line.new))).collect();
    if let Some(reason) = reason {
        after.insert("reason".to_owned(), reason.into());
    }
    tx.audit(action, ("ticket", Some(ticket.0)), &before, &after);
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

fn tell(tx: &mut TenantTx, actor: &Actor, row: &TicketRow, next: &Next, lines: &[Line], silent: bool) {
    if silent {
        return;
    }
    if let Some(assignee) = next.assignee
        && next.assignee != row.assignee_id
    {
        events::assigned(tx, actor, row.id, assignee);
    }
    let fields: Vec<&str> = lines.iter().map(|line| line.field).collect();
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
            let status =
                status.unwrap_or(Status { key: key.to_owned(), name: key.to_owned(), category: StatusCategory::Open });
            apply(tx, actor, row, Changes { status: Some(status), ..Changes::default() }).await?;
            Ok(Some(row.id))
        }
    }
}
