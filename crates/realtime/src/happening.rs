//! What an entry of the feed means to people who look on.

use std::collections::HashMap;

use db::{Db, Mode, TenantTx, feed::Entry};
use kernel::{Actor, AppResult, NotificationId, OrganizationId, Permission, TicketId, UserId};
use serde_json::Value;
use support::facade::{self, Standing};
use uuid::Uuid;

use crate::wire::{Topic, View, WsEvent, WsHint};

/// Fields of which customers see nothing.
const INTERNAL: [&str; 4] = ["tags", "team", "custom_fields", "external_id"];

/// What happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Fields,
    Messages,
}

/// Something that happened, and whom it can concern.
#[derive(Debug, Clone)]
pub enum Happening {
    /// To a ticket.
    Ticket {
        seq: i64,
        ticket: TicketId,
        what: What,
        /// Customers do not see it.
        is_internal: bool,
        /// It may stand in other lists now, and others may see it.
        has_moved: bool,
        /// People whom it names, in whose list it stands from now on.
        named: Vec<UserId>,
        /// Where it stands; none when it is gone for good.
        standing: Option<Standing>,
    },
    /// A held message could not be sent: its author looks at the ticket, and at the draft that it is again.
    Refused { seq: i64, user: UserId, ticket: TicketId },
    /// One member of staff has a notification more, or read some.
    Notification { seq: i64, user: UserId, id: Option<NotificationId> },
}

impl Happening {
    /// What an entry means, if it means something; where tickets stand is found out later.
    fn read(entry: &Entry) -> Option<Self> {
        let uuid = |name: &str| entry.payload.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok());
        let ticket = |ticket: Uuid, what, is_internal, has_moved| {
            let (ticket, named) = (TicketId(ticket), named(&entry.payload));
            Some(Self::Ticket { seq: entry.seq, ticket, what, is_internal, has_moved, named, standing: None })
        };
        match entry.topic.as_str() {
            facade::TICKET_CREATED | facade::TICKET_DELETED | facade::TICKET_RESTORED => {
                ticket(entry.entity, What::Fields, false, true)
            }
            facade::TICKET_UPDATED => {
                let fields = entry.payload.get("fields").and_then(Value::as_array).map(Vec::as_slice);
                let fields: Vec<&str> = fields.unwrap_or_default().iter().filter_map(Value::as_str).collect();
                let is_internal = !fields.is_empty() && fields.iter().all(|field| INTERNAL.contains(field));
                let has_moved = fields.iter().any(|field| ["assignee", "team", "customer"].contains(field));
                ticket(entry.entity, What::Fields, is_internal, has_moved)
            }
            facade::MESSAGE_CREATED => {
                let visibility = entry.payload.get("visibility").and_then(Value::as_str);
                ticket(uuid("ticket")?, What::Messages, visibility != Some("public"), false)
            }
            facade::MESSAGE_RETRIED | facade::MESSAGE_DELIVERED => ticket(uuid("ticket")?, What::Messages, true, false),
            facade::MESSAGE_REFUSED => {
                Some(Self::Refused { seq: entry.seq, user: UserId(uuid("author")?), ticket: TicketId(uuid("ticket")?) })
            }
            facade::NOTIFICATION_CREATED => Some(Self::Notification {
                seq: entry.seq,
                user: UserId(uuid("user")?),
                id: Some(NotificationId(entry.entity)),
            }),
            facade::NOTIFICATION_READ => {
                Some(Self::Notification { seq: entry.seq, user: UserId(uuid("user")?), id: None })
            }
            _ => None,
        }
    }

    const fn seq(&self) -> i64 {
        match self {
            Self::Ticket { seq, .. } | Self::Refused { seq, .. } | Self::Notification { seq, .. } => *seq,
        }
    }
}

/// People whom a message mentions.
fn named(payload: &Value) -> Vec<UserId> {
    let named = payload.get("mentions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    named.iter().filter_map(|user| user.as_str()?.parse().ok().map(UserId)).collect()
}

/// What entries of one organization mean, with where their tickets stand now.
pub async fn read(db: &Db, organization: OrganizationId, entries: &[Entry]) -> AppResult<Vec<Happening>> {
    let mut happenings: Vec<Happening> = entries.iter().filter_map(Happening::read).collect();
    let tickets: Vec<TicketId> = happenings
        .iter()
        .filter_map(|happening| match happening {
            Happening::Ticket { ticket, .. } => Some(*ticket),
            Happening::Refused { .. } | Happening::Notification { .. } => None,
        })
        .collect();
    let standings = standings(db, organization, &tickets).await?;
    for happening in &mut happenings {
        if let Happening::Ticket { ticket, standing, .. } = happening {
            *standing = standings.get(ticket).copied();
        }
    }
    Ok(happenings)
}

/// Where tickets stand.
pub async fn standings(
    db: &Db,
    organization: OrganizationId,
    tickets: &[TicketId],
) -> AppResult<HashMap<TicketId, Standing>> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let mut tx = TenantTx::system(db, organization, Mode::Read).await?;
    facade::standings(&mut tx, tickets).await
}

/// Whether somebody may hear of a ticket that stands so. Of what was deleted only the staff hears.
pub fn may_hear(actor: &Actor, standing: &Standing) -> bool {
    actor.may(Permission::TicketRead) && standing.is_seen_by(actor) && (!standing.is_deleted || actor.is_internal())
}

/// What somebody who subscribed to a topic is told of it; nothing that they may not see.
pub fn told(happening: &Happening, topic: Topic, actor: &Actor) -> Option<WsEvent> {
    let hint = |id: Option<String>, version| WsHint { seq: happening.seq(), topic: topic.to_string(), id, version };
    match happening {
        Happening::Notification { user, id, .. } => {
            let is_own = topic == Topic::Me && actor.staff() == Some(*user);
            is_own.then(|| WsEvent::Notification(hint(id.map(|id| id.to_string()), None)))
        }
        // They wrote it: whether they still see the ticket does not matter.
        Happening::Refused { user, ticket, .. } => {
            let is_own = topic == Topic::Me && actor.staff() == Some(*user);
            is_own.then(|| WsEvent::NewMessage(hint(Some(ticket.to_string()), None)))
        }
        Happening::Ticket { ticket, what, is_internal, has_moved, named, standing, .. } => {
            if *is_internal && !actor.is_internal() {
                return None;
            }
            let seen = standing.filter(|standing| may_hear(actor, standing));
            let Some(standing) = seen else {
                // It may have been theirs: their lists are to be looked at again, whichever it was.
                let is_list = actor.may(Permission::TicketRead) && !matches!(topic, Topic::Ticket(_));
                return (*has_moved && is_list).then(|| WsEvent::Counts(hint(None, None)));
            };
            let about = || hint(Some(ticket.to_string()), Some(standing.version));
            let told = |hint| match what {
                What::Fields => WsEvent::TicketUpdated(hint),
                What::Messages => WsEvent::NewMessage(hint),
            };
            match topic {
                Topic::Ticket(id) => (id == *ticket).then(|| told(about())),
                Topic::View(view) => (*has_moved || stands_in(view, &standing, actor)).then(|| told(about())),
                Topic::Me => {
                    let is_named = actor.staff().is_some_and(|me| named.contains(&me));
                    (*what == What::Fields || is_named).then(|| WsEvent::Counts(hint(None, None)))
                }
            }
        }
    }
}

/// Whether a change of the ticket can concern the list.
fn stands_in(view: View, standing: &Standing, actor: &Actor) -> bool {
    match view {
        View::Mine => standing.assignee == actor.staff(),
        View::Unassigned => standing.assignee.is_none(),
        View::Team(team) => standing.team == Some(team),
        View::Mentions | View::AllOpen | View::Overdue | View::All => true,
    }
}
