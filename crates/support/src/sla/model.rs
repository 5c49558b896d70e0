//! Targets, deadlines and the state of a ticket's clocks. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::SlaPolicyId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Priority;

/// The longest target, in minutes: ten years.
pub const MAX_MINUTES: i32 = 5_256_000;

/// The shipped targets of a priority, in minutes: first response, resolution.
pub const fn default_minutes(priority: Priority) -> (i32, i32) {
    match priority {
        Priority::Urgent => (60, 240),
        Priority::High => (120, 720),
        Priority::Medium => (240, 1_440),
        Priority::Low => (480, 4_320),
    }
}

/// How soon a ticket of some priority must be dealt with, and which policy says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// The active policy; none when the shipped defaults apply.
    pub policy: Option<SlaPolicyId>,
    /// From creation to the first public answer of staff.
    pub first_response: TimeDelta,
    /// From creation to resolved.
    pub resolution: TimeDelta,
}

impl Targets {
    /// What a priority gets without a policy.
    pub fn shipped(priority: Priority) -> Self {
        Self::of(priority, None, 0, 0)
    }

    /// What a policy of this priority gives; 0 minutes are the shipped ones.
    pub fn of(priority: Priority, policy: Option<SlaPolicyId>, response_minutes: i32, resolution_minutes: i32) -> Self {
        let (response, resolution) = default_minutes(priority);
        let or = |minutes: i32, default: i32| {
            TimeDelta::minutes(i64::from(if minutes == 0 { default } else { minutes.clamp(0, MAX_MINUTES) }))
        };
        Self { policy, first_response: or(response_minutes, response), resolution: or(resolution_minutes, resolution) }
    }

    /// When the first answer is due.
    pub fn first_response_due_at(&self, created_at: DateTime<Utc>) -> DateTime<Utc> {
        created_at + self.first_response
    }

    /// When the resolution is due.
    pub fn resolution_due_at(&self, created_at: DateTime<Utc>) -> DateTime<Utc> {
        created_at + self.resolution
    }
}

/// What of a ticket decides the state of its clocks.
#[derive(Debug, Clone, Copy)]
pub struct ClockInput {
    /// When the clocks started.
    pub created_at: DateTime<Utc>,
    /// When the first answer is due.
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// When it was given; open while null.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the resolution is due.
    pub resolution_due_at: Option<DateTime<Utc>>,
    /// When the ticket was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Whether the status is of category resolved or closed.
    pub is_done: bool,
}

/// How a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaState {
    /// More than a quarter of the time is left on every open clock.
    OnTrack,
    /// A quarter of the time or less is left.
    AtRisk,
    /// A deadline has passed.
    Breached,
    /// The clock stands still.
    Paused,
    /// Resolved in time.
    Met,
    /// No open clock has a deadline, or the ticket was closed without being resolved.
    None,
}

/// How a ticket stands, in the words of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlaView {
    /// The worst open clock.
    pub state: SlaState,
    /// Whole seconds to the resolution deadline, rounded down: negative as soon as it has passed. Null once done.
    pub remaining_seconds: Option<i64>,
    /// The same for people. Null once done.
    pub label: Option<String>,
}

/// How a ticket stands at `now`.
pub fn state(input: &ClockInput, now: DateTime<Utc>) -> SlaView {
    if input.is_done {
        let state = match (input.resolved_at, input.resolution_due_at) {
            (Some(resolved), Some(due)) if resolved <= due => SlaState::Met,
            (Some(_), Some(_)) => SlaState::Breached,
            _ => SlaState::None,
        };
        return SlaView { state, remaining_seconds: None, label: None };
    }
    let response = input.first_response_due_at.filter(|_| input.first_response_at.is_none());
    let states =
        [response, input.resolution_due_at].into_iter().flatten().map(|due| clock_state(input.created_at, due, now));
    let remaining = input.resolution_due_at.map(|due| whole_seconds(due - now));
    SlaView {
        state: states.max_by_key(severity).unwrap_or(SlaState::None),
        remaining_seconds: remaining,
        label: Some(label(remaining)),
    }
}

fn clock_state(start: DateTime<Utc>, due: DateTime<Utc>, now: DateTime<Utc>) -> SlaState {
    let left = due - now;
    if left < TimeDelta::zero() {
        SlaState::Breached
    } else if left * 4 <= due - start {
        SlaState::AtRisk
    } else {
        SlaState::OnTrack
    }
}

const fn severity(state: &SlaState) -> u8 {
    match state {
        SlaState::Breached => 2,
        SlaState::AtRisk => 1,
        _ => 0,
    }
}

/// Rounded down, also below zero.
fn whole_seconds(delta: TimeDelta) -> i64 {
    let seconds = delta.num_seconds();
    if delta < TimeDelta::seconds(seconds) { seconds - 1 } else { seconds }
}

fn label(remaining: Option<i64>) -> String {
    match remaining {
        None => "No SLA deadline".to_owned(),
        Some(seconds) if seconds < 0 => format!("Overdue by {}", span(seconds.unsigned_abs())),
        Some(seconds) => format!("Escalates in {}", span(seconds.unsigned_abs())),
    }
}

/// The two largest units, whole minutes at least: `1d 3h`, `2h 5m`, `7m`.
fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, hours) => format!("{hours}h {minutes}m"),
        (days, hours) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: i64 = 1_800_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(CREATED + seconds, 0).unwrap()
    }

    /// Open, to be answered in 1 000 s and resolved in 4 000 s.
    fn open() -> ClockInput {
        ClockInput {
            created_at: at(0),
            first_response_due_at: Some(at(1_000)),
            first_response_at: None,
            resolution_due_at: Some(at(4_000)),
            resolved_at: None,
            is_done: false,
        }
    }

    fn answered() -> ClockInput {
        ClockInput { first_response_at: Some(at(10)), ..open() }
    }

    #[test]
    fn shipped_targets_apply_without_a_policy_and_for_zero() {
        let minutes = |targets: Targets| (targets.first_response.num_minutes(), targets.resolution.num_minutes());
        assert_eq!(minutes(Targets::shipped(Priority::Urgent)), (60, 240));
        assert_eq!(minutes(Targets::shipped(Priority::High)), (120, 720));
        assert_eq!(minutes(Targets::shipped(Priority::Medium)), (240, 1_440));
        assert_eq!(minutes(Targets::shipped(Priority::Low)), (480, 4_320));
        assert_eq!(minutes(Targets::of(Priority::High, None, 0, 30)), (120, 30));
        assert_eq!(minutes(Targets::of(Priority::High, None, 15, 0)), (15, 720));
        let targets = Targets::of(Priority::Low, None, 1, MAX_MINUTES);
        assert_eq!(targets.first_response_due_at(at(0)), at(60));
        assert_eq!(targets.resolution_due_at(at(0)), at(60 * i64::from(MAX_MINUTES)));
    }

    #[test]
    fn a_quarter_left_is_at_risk() {
        for (now, expected) in [
            (0, SlaState::OnTrack),
            (2_999, SlaState::OnTrack),
            (3_000, SlaState::AtRisk),
            (4_000, SlaState::AtRisk),
            (4_001, SlaState::Breached),
        ] {
            assert_eq!(state(&answered(), at(now)).state, expected, "{now}");
        }
    }

    #[test]
    fn the_worst_open_clock_counts() {
        assert_eq!(state(&open(), at(700)).state, SlaState::OnTrack);
        assert_eq!(state(&open(), at(750)).state, SlaState::AtRisk);
        let late = state(&open(), at(1_001));
        assert_eq!((late.state, late.remaining_seconds), (SlaState::Breached, Some(2_999)));
        assert_eq!(late.label.as_deref(), Some("Escalates in 49m"));
        assert_eq!(
            state(&answered(), at(1_001)).state,
            SlaState::OnTrack,
            "an answer closes its clock, even a late one"
        );
        let swapped = ClockInput { first_response_due_at: Some(at(9_000)), ..open() };
        assert_eq!(state(&swapped, at(4_001)).state, SlaState::Breached);
    }

    #[test]
    fn seconds_are_rounded_down_so_that_past_is_negative() {
        let view = |nanos: i64| state(&answered(), at(4_000) + TimeDelta::nanoseconds(nanos));
        assert_eq!(view(0).remaining_seconds, Some(0));
        assert_eq!(view(0).label.as_deref(), Some("Escalates in 0m"));
        assert_eq!(view(1_000).remaining_seconds, Some(-1));
        assert_eq!(view(1_000).state, SlaState::Breached);
        assert_eq!(view(1_000).label.as_deref(), Some("Overdue by 0m"));
        assert_eq!(view(-1_000).remaining_seconds, Some(0));
        assert_eq!(view(-1_000_000_000).remaining_seconds, Some(1));
        assert_eq!(view(90_000_000_000).remaining_seconds, Some(-90));
        assert_eq!(view(90_000_000_000).label.as_deref(), Some("Overdue by 1m"));
    }

    #[test]
    fn spans_show_two_units() {
        for (seconds, text) in [
            (0, "0m"),
            (59, "0m"),
            (60, "1m"),
            (3_599, "59m"),
            (3_600, "1h 0m"),
            (7_500, "2h 5m"),
            (86_399, "23h 59m"),
            (86_400, "1d 0h"),
            (97_200, "1d 3h"),
            (8_640_000 + 3_599, "100d 0h"),
        ] {
            assert_eq!(span(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn without_deadlines_there_is_nothing_to_miss() {
        let none = ClockInput { first_response_due_at: None, resolution_due_at: None, ..open() };
        let view = state(&none, at(99_999));
        assert_eq!((view.state, view.remaining_seconds), (SlaState::None, None));
        assert_eq!(view.label.as_deref(), Some("No SLA deadline"));
        let response_only = ClockInput { resolution_due_at: None, ..open() };
        let view = state(&response_only, at(1_001));
        assert_eq!((view.state, view.label.as_deref()), (SlaState::Breached, Some("No SLA deadline")));
    }

    #[test]
    fn done_is_met_or_breached_for_good() {
        let done = |resolved_at| state(&ClockInput { resolved_at, is_done: true, ..open() }, at(99_999));
        assert_eq!(done(Some(at(3_999))).state, SlaState::Met);
        assert_eq!(done(Some(at(4_000))).state, SlaState::Met);
        let late = done(Some(at(4_001)));
        assert_eq!(late, SlaView { state: SlaState::Breached, remaining_seconds: None, label: None });
        assert_eq!(done(None).state, SlaState::None, "closed without being resolved");
        let free = ClockInput { resolution_due_at: None, resolved_at: Some(at(1)), is_done: true, ..open() };
        assert_eq!(state(&free, at(2)).state, SlaState::None);
    }

    #[test]
    fn states_are_written_in_snake_case() {
        for (state, text) in [(SlaState::OnTrack, "on_track"), (SlaState::None, "none")] {
            assert_eq!(serde_json::to_value(state).unwrap(), text);
        }
    }
}
