//! What people are told, by which channel, and when. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A ticket was given to me.
    Assigned,
    /// A ticket was given to a team of mine.
    TeamAssigned,
    /// A customer wrote in a ticket of mine, or that I watch.
    CustomerReply,
    /// I was named in a note, or a team of mine was.
    Mention,
    /// A deadline of a ticket of mine is near.
    SlaAtRisk,
    /// A deadline of a ticket of mine has passed.
    SlaBreached,
    /// A ticket that I watch has another status.
    StatusChanged,
    /// Somebody else changed a ticket of mine.
    TicketUpdated,
    /// A message of mine that was held could not be sent, and is my draft again.
    NotSent,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Assigned,
        Self::TeamAssigned,
        Self::CustomerReply,
        Self::Mention,
        Self::SlaAtRisk,
        Self::SlaBreached,
        Self::StatusChanged,
        Self::TicketUpdated,
        Self::NotSent,
    ];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::TeamAssigned => "team_assigned",
            Self::CustomerReply => "customer_reply",
            Self::Mention => "mention",
            Self::SlaAtRisk => "sla_at_risk",
            Self::SlaBreached => "sla_breached",
            Self::StatusChanged => "status_changed",
            Self::TicketUpdated => "ticket_updated",
            Self::NotSent => "not_sent",
        }
    }

    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How people are told who have said nothing about it.
    const fn shipped(self) -> Channels {
        match self {
            Self::Assigned | Self::CustomerReply | Self::Mention | Self::SlaBreached => Channels::new(true, true),
            Self::TicketUpdated => Channels::new(true, false),
            Self::SlaAtRisk | Self::NotSent => Channels::new(false, true),
            Self::TeamAssigned | Self::StatusChanged => Channels::new(false, false),
        }
    }
}

/// By which ways somebody is told of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channels {
    /// In the list of the application.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
    /// By the browser, while the application is open.
    pub browser: bool,
}

impl Channels {
    const fn new(email: bool, browser: bool) -> Self {
        Self { in_app: true, email, browser }
    }

    /// Whether there is any way at all.
    pub const fn any(self) -> bool {
        self.in_app || self.email || self.browser
    }
}

/// Minutes of the day between which somebody is left alone; over midnight when the end is the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute.
    pub from: u16,
    /// First minute that is not quiet any more.
    pub until: u16,
}

impl QuietHours {
    fn covers(self, minute: u16) -> bool {
        if self.from <= self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        }
    }

    /// When the present quiet hours end; none when it is not quiet. An hour that the clock leaves out
    /// in spring ends when the clock goes on.
    pub fn end(self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&zone);
        let minute = u16::try_from(local.hour() * 60 + local.minute()).ok()?;
        if !self.covers(minute) {
            return None;
        }
        let day = if minute < self.until { local.date_naive() } else { local.date_naive() + Days::new(1) };
        let clock = NaiveTime::from_hms_opt(u32::from(self.until) / 60, u32::from(self.until) % 60, 0)?;
        let wanted = day.and_time(clock);
        let ends = (0..=3)
            .find_map(|hours| zone.from_local_datetime(&(wanted + chrono::TimeDelta::hours(hours))).earliest())?;
        Some(ends.with_timezone(&Utc)).filter(|ends| *ends > now)
    }
}

/// `22:30` as minutes of the day.
pub fn minutes(text: &str) -> Option<u16> {
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5)?;
    u16::try_from(time.hour() * 60 + time.minute()).ok()
}

/// Minutes of the day as `22:30`.
pub fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What somebody said about each kind; the rest is as shipped.
pub type Said = BTreeMap<String, Channels>;

/// How somebody is told of a kind.
pub fn channels(said: &Said, kind: Kind) -> Channels {
    said.get(kind.as_str()).copied().unwrap_or(kind.shipped())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_follow_the_persons_clock() {
        let night = QuietHours { from: 22 * 60, until: 7 * 60 };
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(night.end(at("2026-03-02T20:59:00Z"), berlin), None);
        assert_eq!(night.end(at("2026-03-02T21:00:00Z"), berlin), Some(at("2026-03-03T06:00:00Z")));
        assert_eq!(night.end(at("2026-03-03T05:59:59Z"), berlin), Some(at("2026-03-03T06:00:00Z")));
        assert_eq!(night.end(at("2026-03-03T06:00:00Z"), berlin), None);
        let noon = QuietHours { from: 12 * 60, until: 13 * 60 };
        assert_eq!(noon.end(at("2026-03-02T12:30:00Z"), chrono_tz::UTC), Some(at("2026-03-02T13:00:00Z")));
        let never = QuietHours { from: 60, until: 60 };
        assert_eq!(never.end(at("2026-03-02T01:00:00Z"), chrono_tz::UTC), None);
    }

    #[test]
    fn an_hour_that_does_not_exist_ends_when_the_clock_goes_on() {
        let quiet = QuietHours { from: 60, until: 150 };
        let ends = quiet.end(at("2026-03-29T00:30:00Z"), chrono_tz::Europe::Berlin);
        assert_eq!(ends, Some(at("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn clocks_are_read_strictly() {
        assert_eq!((minutes("22:30"), minutes("00:00")), (Some(1350), Some(0)));
        for bad in ["24:00", "7:00", "07:60", "", "07:00:00", "ab:cd"] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
        assert_eq!(clock(65), "01:05");
    }

    #[test]
    fn kinds_have_one_text_each() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
