//! What customers are called and how they are ordered. Pure.

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::{AppError, AppResult};
use web::Cursor;

use super::wire::CustomerOut;

/// Characters a name may have.
pub const NAME_LENGTH: usize = 200;

/// A name that can be shown, out of whatever a mail or a caller gave; without one, the part of the
/// address before the `@`.
pub fn name_or_local_part(name: Option<&str>, email: &str) -> String {
    let neat: String = name.unwrap_or_default().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let neat: String = neat.trim().chars().take(NAME_LENGTH).collect();
    let neat = neat.trim_end();
    if neat.is_empty() { email.split('@').next().unwrap_or(email).to_owned() } else { neat.to_owned() }
}

/// In which order a list of customers comes. Ties are ordered by id, in the direction of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Oldest,
    Newest,
    Name,
    NameDown,
    Email,
    EmailDown,
}

impl Order {
    const ALL: [Self; 6] = [Self::Newest, Self::Oldest, Self::Name, Self::NameDown, Self::Email, Self::EmailDown];

    /// As in the query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oldest => "created_at",
            Self::Newest => "-created_at",
            Self::Name => "name",
            Self::NameDown => "-name",
            Self::Email => "email",
            Self::EmailDown => "-email",
        }
    }

    /// Reads `ordering`; without one the newest come first.
    pub fn read(text: Option<&str>) -> AppResult<Self> {
        let text = text.unwrap_or(Self::Newest.as_str());
        Self::ALL.into_iter().find(|order| order.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            AppError::invalid("ordering", "invalid", format!("Order by one of {known}."))
        })
    }

    /// The place of a row.
    pub fn cursor_of(self, row: &CustomerOut) -> String {
        let value = match self {
            Self::Oldest | Self::Newest => row.created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            Self::Name | Self::NameDown => row.name.clone(),
            Self::Email | Self::EmailDown => row.email.clone(),
        };
        Cursor { o: self.as_str().to_owned(), v: Some(value), i: row.id.0 }.encode()
    }

    /// Reads a place that [`Order::cursor_of`] gave out; 422 on `cursor` for anything else.
    pub fn read_cursor(self, text: &str) -> AppResult<Place> {
        let bad = || AppError::invalid("cursor", "invalid", "This cursor was not made by this list.");
        let cursor = Cursor::decode(text, self.as_str())?;
        let value = cursor.v.ok_or_else(bad)?;
        let key = match self {
            Self::Oldest | Self::Newest => Key::Time(value.parse::<DateTime<Utc>>().map_err(|_| bad())?),
            _ if value.contains('\0') => return Err(bad()),
            _ => Key::Text(value),
        };
        Ok(Place { key, id: cursor.i })
    }
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub key: Key,
    pub id: uuid::Uuid,
}

/// The value of the ordered column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Time(DateTime<Utc>),
    Text(String),
}

impl Key {
    /// As `search_customers` takes it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Time(time) => time.to_rfc3339_opts(SecondsFormat::Micros, true),
            Self::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_back_to_the_local_part() {
        let email = "ada.lovelace@example.org";
        assert_eq!(name_or_local_part(Some(" Ada\r\nLovelace "), email), "Ada  Lovelace");
        for none in [None, Some(""), Some(" \t "), Some("\0")] {
            assert_eq!(name_or_local_part(none, email), "ada.lovelace");
        }
        assert_eq!(name_or_local_part(Some(&"é".repeat(300)), email).chars().count(), NAME_LENGTH);
    }

    #[test]
    fn cursors_belong_to_their_order() {
        let made = |order: Order, value: Option<&str>| {
            Cursor { o: order.as_str().to_owned(), v: value.map(str::to_owned), i: uuid::Uuid::nil() }.encode()
        };
        let place = Order::Newest.read_cursor(&made(Order::Newest, Some("2026-01-02T03:04:05.000006Z"))).unwrap();
        assert_eq!(place.key.to_text(), "2026-01-02T03:04:05.000006Z");
        assert_eq!(Order::Name.read_cursor(&made(Order::Name, Some("Zoë"))).unwrap().key, Key::Text("Zoë".to_owned()));
        assert!(Order::Newest.read_cursor(&made(Order::Newest, Some("Zoë"))).is_err());
        assert!(Order::Newest.read_cursor(&made(Order::Newest, None)).is_err());
        assert!(Order::Name.read_cursor(&made(Order::Email, Some("a"))).is_err());
        assert!(Order::Name.read_cursor(&made(Order::Name, Some("a\0"))).is_err());
        assert!(Order::Name.read_cursor("nonsense").is_err());
    }

    #[test]
    fn unknown_orders_are_refused() {
        assert_eq!(Order::read(None).unwrap(), Order::Newest);
        assert_eq!(Order::read(Some("-name")).unwrap(), Order::NameDown);
        assert!(Order::read(Some("phone")).is_err());
    }
}
