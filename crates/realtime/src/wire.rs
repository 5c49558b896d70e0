//! Frames and topics, as they go over the wire. What is shown is fetched through the API: frames say
//! that there is something to fetch, and who is looking or typing.

use std::{fmt, str::FromStr};

use kernel::{TeamId, TicketId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Topics of one connection.
pub const MAX_TOPICS: usize = 200;

/// What a client sends, one of these a frame.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WsCommand {
    /// The ticket of `realtime/ticket/`; the first frame, within five seconds.
    Auth(String),
    /// `ticket:ID` for tickets that are open on the screen, `view:KEY` for lists, `me`. At most 200;
    /// they replace the ones before. What the person may not see is left out.
    Subscribe(Vec<String>),
    /// The last `seq` of an earlier connection: what was missed since comes now, or `resync`.
    Resume(i64),
    /// Whether the person types in a ticket that they subscribed to; said again every few seconds.
    Typing(TypingCommand),
}

/// That somebody types, or does no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypingCommand {
    /// In which ticket.
    pub ticket: TicketId,
    /// Whether.
    pub on: bool,
}

/// Something is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WsHint {
    /// The place in what happened here, for `resume`; rising, with gaps.
    pub seq: i64,
    /// What was subscribed to.
    pub topic: String,
    /// Of what; null when everything under the topic may be meant.
    pub id: Option<String>,
    /// Of the ticket, when it is one.
    pub version: Option<i64>,
}

/// Who does something in a ticket: everybody who does, the reader too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WsPeople {
    /// As in hints.
    pub seq: i64,
    /// `ticket:ID`, also for those who subscribed to a list.
    pub topic: String,
    /// The ticket.
    pub id: TicketId,
    /// Always null.
    pub version: Option<i64>,
    /// Members of staff.
    pub who: Vec<UserId>,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum WsEvent {
    /// Fields of a ticket changed, or it came, went, or came back.
    TicketUpdated(WsHint),
    /// A ticket has a message more, or one was sent or failed. `id` is the ticket. Under `me`: a held
    /// message of the person could not be sent, and is their draft again.
    NewMessage(WsHint),
    /// There is something new for the person. `id` is the notification.
    Notification(WsHint),
    /// Who looks at a ticket.
    Presence(WsPeople),
    /// Who types in a ticket.
    Typing(WsPeople),
    /// Lists may be others by now: counts, and which tickets stand in them. Also the first frame of a
    /// connection, with the present `seq`.
    Counts(WsHint),
    /// More was missed than can be told: everything that is shown is to be fetched again.
    Resync(WsHint),
}

/// A list of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// Open and given to the person.
    Mine,
    /// Open and given to nobody.
    Unassigned,
    /// In which the person was named.
    Mentions,
    /// Everything open.
    AllOpen,
    /// Past its deadline.
    Overdue,
    /// Open tickets of a team.
    Team(TeamId),
    /// Everything the person sees, open or not: for lists with filters of their own.
    All,
}

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A ticket that is open on a screen.
    Ticket(TicketId),
    /// A list.
    View(View),
    /// The person.
    Me,
}

impl Topic {
    /// The ticket that it is about, if it is about one.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Ticket(id) => Some(*id),
            Self::View(_) | Self::Me => None,
        }
    }
}

impl FromStr for Topic {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            None if text == "me" => Ok(Self::Me),
            Some(("ticket", id)) => id.parse().map(Self::Ticket).map_err(drop),
            Some(("view", key)) => Ok(Self::View(match key {
                "mine" => View::Mine,
                "unassigned" => View::Unassigned,
                "mentions" => View::Mentions,
                "all_open" => View::AllOpen,
                "overdue" => View::Overdue,
                "all" => View::All,
                team => View::Team(team.parse().map_err(drop)?),
            })),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Ticket(id) => write!(f, "ticket:{id}"),
            Self::View(View::Team(id)) => write!(f, "view:{id}"),
            Self::View(view) => f.write_str(match view {
                View::Mine => "view:mine",
                View::Unassigned => "view:unassigned",
                View::Mentions => "view:mentions",
                View::AllOpen => "view:all_open",
                View::Overdue => "view:overdue",
                View::All | View::Team(_) => "view:all",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn topics_are_read_as_they_are_written() {
        let (team, ticket) = (TeamId(Uuid::from_u128(5)), TicketId(Uuid::from_u128(6)));
        let views =
            [View::Mine, View::Unassigned, View::Mentions, View::AllOpen, View::Overdue, View::Team(team), View::All];
        for topic in views.map(Topic::View).into_iter().chain([Topic::Me, Topic::Ticket(ticket)]) {
            assert_eq!(topic.to_string().parse(), Ok(topic));
        }
        for bad in ["", "you", "ticket:", "ticket:tea_1", "view:", "view:everything", "ticket:42"] {
            assert_eq!(bad.parse::<Topic>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn frames_have_the_form_of_the_contract() {
        let frame = |text: &str| serde_json::from_str::<WsCommand>(text);
        assert!(matches!(frame(r#"{"auth": "t"}"#), Ok(WsCommand::Auth(_))));
        assert!(matches!(frame(r#"{"subscribe": ["me"]}"#), Ok(WsCommand::Subscribe(_))));
        assert!(matches!(frame(r#"{"resume": 7}"#), Ok(WsCommand::Resume(7))));
        assert!(frame(r#"{"resume": 7, "auth": "t"}"#).is_err() && frame(r#"{"other": 1}"#).is_err());
        let hint = WsHint { seq: 3, topic: "me".to_owned(), id: None, version: None };
        let shown = serde_json::to_value(WsEvent::TicketUpdated(hint)).unwrap();
        assert_eq!(
            shown,
            serde_json::json!({"seq": 3, "topic": "me", "event": "ticket-updated", "id": null, "version": null})
        );
    }
}
