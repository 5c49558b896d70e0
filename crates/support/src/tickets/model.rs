//! Statuses and what moving between them means. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult};

use crate::statuses::{Status, StatusCategory};

/// A customer's message reopens a closed ticket for so long; later it starts a new one.
pub const REOPEN_WINDOW: TimeDelta = TimeDelta::days(14);

/// The part of a ticket that statuses move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Key of the status.
    pub status: String,
    /// Its category.
    pub category: StatusCategory,
    /// When staff first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was resolved; kept on close.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// How often it left resolved or closed again.
    pub reopened_count: i32,
}

impl Progress {
    /// Whether the clocks have stopped for good.
    pub fn is_done(&self) -> bool {
        is_done(self.category)
    }
}

/// Resolved and closed tickets are done.
pub fn is_done(category: StatusCategory) -> bool {
    matches!(category, StatusCategory::Resolved | StatusCategory::Closed)
}

/// How a move is made.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// Why, in the words of whoever moved it.
    pub reason: Option<&'a str>,
    /// Closes from anywhere.
    pub forced: bool,
    /// Whether leaving `new` for an open status counts as first response here.
    pub responds: bool,
    /// The present.
    pub now: DateTime<Utc>,
}

/// Where the ticket is after the move, or why it cannot be made.
pub fn transition(from: &Progress, to: &Status, how: Move<'_>) -> AppResult<Progress> {
    let mut next = from.clone();
    if from.status == to.key {
        return Ok(next);
    }
    if to.category == StatusCategory::New && how.reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(AppError::invalid("reason", "required", "Moving a ticket back to new needs a reason."));
    }
    let may_close =
        how.forced || from.category == StatusCategory::Resolved || (to.key == "cancelled" && !from.is_done());
    if to.category == StatusCategory::Closed && !may_close {
        let why = match from.category {
            StatusCategory::Closed => "This ticket is closed already.".to_owned(),
            _ => format!("A ticket is {} only after it was resolved.", to.key),
        };
        return Err(AppError::conflict(why));
    }
    next.status.clone_from(&to.key);
    next.category = to.category;
    let leaves_new = from.category == StatusCategory::New && to.category == StatusCategory::Open;
    if leaves_new && how.responds && next.first_response_at.is_none() {
        next.first_response_at = Some(how.now);
    }
    match to.category {
        StatusCategory::Resolved => {
            next.resolved_at = if from.is_done() { from.resolved_at.or(Some(how.now)) } else { Some(how.now) };
            next.closed_at = None;
        }
        StatusCategory::Closed => next.closed_at = Some(how.now),
        _ if from.is_done() => {
            next.resolved_at = None;
            next.closed_at = None;
            next.reopened_count += 1;
        }
        _ => {}
    }
    Ok(next)
}

/// What a message of the customer does to the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing.
    Stay,
    /// Moves to this status.
    MoveTo(&'static str),
    /// Too late: the message starts a new ticket that follows this one.
    FollowUp,
}

/// A customer's message: pending → open; resolved, or closed at most fourteen days ago → reopened; later → a follow-up.
pub fn on_customer_message(ticket: &Progress, now: DateTime<Utc>) -> Reaction {
    match ticket.category {
        StatusCategory::Pending => Reaction::MoveTo("open"),
        StatusCategory::Resolved => Reaction::MoveTo("reopened"),
        StatusCategory::Closed => match ticket.closed_at {
            Some(closed_at) if now - closed_at > REOPEN_WINDOW => Reaction::FollowUp,
            _ => Reaction::MoveTo("reopened"),
        },
        _ => Reaction::Stay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap()
    }

    fn status(key: &str) -> Status {
        let category = match key {
            "new" => StatusCategory::New,
            "pending" => StatusCategory::Pending,
            "on_hold" => StatusCategory::OnHold,
            "resolved" => StatusCategory::Resolved,
            "closed" | "cancelled" => StatusCategory::Closed,
            _ => StatusCategory::Open,
        };
        Status { key: key.into(), name: key.into(), category, is_retired: false }
    }

    fn fresh() -> Progress {
        Progress {
            status: "new".into(),
            category: StatusCategory::New,
            first_response_at: None,
            resolved_at: None,
            closed_at: None,
            reopened_count: 0,
        }
    }

    fn go(from: &Progress, key: &str, minute: i64) -> AppResult<Progress> {
        transition(from, &status(key), Move { reason: None, forced: false, responds: true, now: at(minute) })
    }

    #[test]
    fn the_usual_way() {
        let open = go(&fresh(), "in_progress", 1).unwrap();
        assert_eq!(open.first_response_at, Some(at(1)));
        let resolved = go(&open, "resolved", 2).unwrap();
        assert_eq!((resolved.resolved_at, resolved.first_response_at), (Some(at(2)), Some(at(1))));
        let closed = go(&resolved, "closed", 3).unwrap();
        assert_eq!((closed.resolved_at, closed.closed_at), (Some(at(2)), Some(at(3))));
        let reopened = go(&closed, "reopened", 4).unwrap();
        assert_eq!((reopened.resolved_at, reopened.closed_at, reopened.reopened_count), (None, None, 1));
        assert_eq!(reopened.first_response_at, Some(at(1)));
    }

    #[test]
    fn closing_follows_resolving_unless_forced_or_cancelled() {
        assert!(matches!(go(&fresh(), "closed", 1), Err(AppError::Conflict(..))));
        assert!(go(&fresh(), "cancelled", 1).is_ok());
        let closed = go(&go(&fresh(), "resolved", 1).unwrap(), "closed", 2).unwrap();
        assert!(go(&closed, "cancelled", 3).is_err());
        let forced =
            transition(&fresh(), &status("closed"), Move { reason: None, forced: true, responds: true, now: at(5) });
        assert_eq!(forced.unwrap().closed_at, Some(at(5)));
    }

    #[test]
    fn back_to_new_needs_a_reason() {
        let resolved = go(&fresh(), "resolved", 1).unwrap();
        assert!(matches!(go(&resolved, "new", 2), Err(AppError::Invalid(_))));
        let how = Move { reason: Some("opened by mistake"), forced: false, responds: true, now: at(2) };
        assert_eq!(transition(&resolved, &status("new"), how).unwrap().reopened_count, 1);
    }

    #[test]
    fn first_response_by_status_can_be_turned_off() {
        let how = Move { reason: None, forced: false, responds: false, now: at(1) };
        assert_eq!(transition(&fresh(), &status("open"), how).unwrap().first_response_at, None);
    }

    #[test]
    fn the_same_status_changes_nothing() {
        assert_eq!(go(&fresh(), "new", 9).unwrap(), fresh());
    }

    #[test]
    fn customers_wake_tickets_up() {
        let pending = go(&fresh(), "pending", 1).unwrap();
        assert_eq!(on_customer_message(&pending, at(2)), Reaction::MoveTo("open"));
        let resolved = go(&fresh(), "resolved", 1).unwrap();
        assert_eq!(on_customer_message(&resolved, at(9_999_999)), Reaction::MoveTo("reopened"));
        let closed = go(&resolved, "closed", 2).unwrap();
        let limit = at(2) + REOPEN_WINDOW;
        assert_eq!(on_customer_message(&closed, limit), Reaction::MoveTo("reopened"));
        assert_eq!(on_customer_message(&closed, limit + TimeDelta::seconds(1)), Reaction::FollowUp);
        assert_eq!(on_customer_message(&fresh(), at(2)), Reaction::Stay);
    }
}
