//! How much of everything a connection gets, and how long.

use std::time::Duration;

/// Times and numbers; other ones in tests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the first frame.
    pub auth: Duration,
    /// Between two looks at whether sessions are still good.
    pub check: Duration,
    /// Between two pings.
    pub ping: Duration,
    /// Who says nothing for so long, not even to a ping, is gone.
    pub silence: Duration,
    /// One frame must be taken within.
    pub send: Duration,
    /// Between two hints about one list.
    pub hints: Duration,
    /// Typing counts for so long, unless it is said again.
    pub typing: Duration,
    /// Frames that wait for a client; with more it is too slow.
    pub queue: usize,
    /// Bytes of a frame.
    pub frame: usize,
    /// Frames a second of a client.
    pub rate: u32,
    /// Connections that have not said yet whose they are.
    pub strangers: usize,
    /// The same of one address, or one /64.
    pub strangers_of_peer: usize,
    /// Connections of one person, on this node.
    pub person: usize,
    /// Of one organization.
    pub organization: usize,
    /// Of all.
    pub all: usize,
    /// Frames of one `resume`; who missed more fetches everything.
    pub replay: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            auth: Duration::from_secs(5),
            check: Duration::from_secs(3),
            ping: Duration::from_secs(20),
            silence: Duration::from_secs(50),
            send: Duration::from_secs(10),
            hints: Duration::from_secs(1),
            typing: Duration::from_secs(6),
            queue: 512,
            frame: 32 * 1024,
            rate: 30,
            strangers: 512,
            strangers_of_peer: 32,
            person: 16,
            organization: 2_000,
            all: 10_000,
            replay: 100,
        }
    }
}

/// Why the server ends a connection; the code of the close frame and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The process stops.
    Stopping,
    /// A frame that is none of ours, or too many topics.
    BadFrame,
    /// No good ticket, or the session is over.
    Unauthenticated,
    /// Nothing was heard for too long.
    Silent,
    /// Too many frames or connections.
    TooMany,
    /// More waited for the client than it took.
    Slow,
}

impl End {
    /// The close code.
    pub const fn code(self) -> u16 {
        match self {
            Self::Stopping => 1001,
            Self::Slow => 1013,
            Self::BadFrame => 4400,
            Self::Unauthenticated => 4401,
            Self::Silent => 4408,
            Self::TooMany => 4429,
        }
    }

    /// The reason beside it, also the label in metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Stopping => "stopping",
            Self::Slow => "slow",
            Self::BadFrame => "bad frame",
            Self::Unauthenticated => "unauthenticated",
            Self::Silent => "silent",
            Self::TooMany => "too many",
        }
    }
}
