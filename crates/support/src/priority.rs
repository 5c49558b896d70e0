//! How urgent something is.

use std::{fmt, str::FromStr};

use kernel::AppError;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Priority of tickets and of what applies to them. Read in any case; `critical` is `urgent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// Unless told otherwise.
    Medium,
    /// Soon.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// All of them, least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Urgent];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// From 1 (low) to 4 (urgent); what `tickets.priority_rank` holds.
    pub const fn rank(self) -> i16 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
            Self::Urgent => 4,
        }
    }

    /// Reads any accepted spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        match text.as_str() {
            "critical" => Some(Self::Urgent),
            text => Self::ALL.into_iter().find(|priority| priority.as_str() == text),
        }
    }

    /// Reads any accepted spelling, or a 422 on `field`.
    pub fn read(field: &str, text: &str) -> Result<Self, AppError> {
        text.parse().map_err(|UnknownPriority| AppError::invalid(field, "invalid", UnknownPriority.to_string()))
    }
}

/// The text names no priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A priority is low, medium, high or urgent.")]
pub struct UnknownPriority;

impl FromStr for Priority {
    type Err = UnknownPriority;

    fn from_str(text: &str) -> Result<Self, UnknownPriority> {
        Self::parse(text).ok_or(UnknownPriority)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_spellings_are_read_and_ours_is_written() {
        for (text, priority) in [
            ("low", Priority::Low),
            ("Medium", Priority::Medium),
            (" HIGH ", Priority::High),
            ("urgent", Priority::Urgent),
            ("Critical", Priority::Urgent),
        ] {
            assert_eq!(text.parse(), Ok(priority), "{text}");
        }
        for bad in ["", "normal", "urgent!", "4"] {
            assert_eq!(bad.parse::<Priority>(), Err(UnknownPriority), "{bad}");
        }
        assert_eq!(serde_json::to_string(&Priority::Urgent).unwrap(), r#""urgent""#);
        assert_eq!(serde_json::from_str::<Priority>(r#""CRITICAL""#).unwrap(), Priority::Urgent);
        assert!(serde_json::from_str::<Priority>("3").is_err());
    }

    #[test]
    fn ranks_are_in_order() {
        assert!(Priority::ALL.windows(2).all(|pair| pair[0] < pair[1] && pair[0].rank() < pair[1].rank()));
    }
}
