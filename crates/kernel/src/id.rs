//! Typed ids: a UUIDv7 in the database, `prefix_` + 26 characters of Crockford base32 on the wire.

use std::{fmt, str::FromStr};

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 128 bits as 26 lower-case Crockford base32 characters, most significant first.
pub fn encode(uuid: Uuid) -> String {
    let value = uuid.as_u128();
    (0..26)
        .rev()
        .map(|place| {
            let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(digit).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// Reads what [`encode`] wrote; upper case is accepted, anything else is `None`.
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != 26 {
        return None;
    }
    let mut value: u128 = 0;
    for (index, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|known| *known == byte.to_ascii_lowercase())?;
        if index == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(value))
}

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with `{0}_`")]
pub struct IdParseError(pub &'static str);

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub Uuid);

        impl $name {
            /// What stands before the underscore on the wire.
            pub const PREFIX: &'static str = $prefix;
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = IdParseError;
            fn from_str(text: &str) -> Result<Self, IdParseError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdParseError($prefix))
            }
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-z]{26}$")))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

id_type!(/// An organization (tenant).
    OrganizationId, "org");
id_type!(/// A member of staff.
    UserId, "usr");
id_type!(/// A customer, also when signed in.
    CustomerId, "cus");
id_type!(/// A signed-in session.
    SessionId, "ses");
id_type!(/// A one-time link.
    LinkId, "lnk");
id_type!(/// An API key of an organization.
    ApiKeyId, "key");
id_type!(/// A role of an organization.
    RoleId, "rol");
id_type!(/// A team of staff.
    TeamId, "tea");
id_type!(/// A ticket.
    TicketId, "tkt");
id_type!(/// A message of a ticket.
    MessageId, "msg");
id_type!(/// One line of a ticket's history.
    HistoryId, "his");
id_type!(/// An uploaded or received file.
    FileId, "fil");
id_type!(/// An SLA policy.
    SlaPolicyId, "sla");
id_type!(/// A mailbox of an organization.
    MailboxId, "mbx");
id_type!(/// A mail as it arrived.
    InboundMailId, "inb");
id_type!(/// A mail as it leaves.
    OutgoingMailId, "out");
id_type!(/// An outbox event.
    EventId, "evt");
id_type!(/// A background job.
    JobId, "job");
id_type!(/// An operator of the installation.
    OperatorId, "opr");
id_type!(/// A way to sign in through somebody else.
    IdentityProviderId, "idp");
id_type!(/// A person as an identity provider knows them.
    IdentityId, "idn");
id_type!(/// A key that signs access tokens.
    SigningKeyId, "sgk");
id_type!(/// A line of the operators' log.
    OperatorEntryId, "opl");
id_type!(/// An archive of an organization.
    ExportId, "exp");
id_type!(/// Something that somebody of the staff was told.
    NotificationId, "ntf");
id_type!(/// A line of the audit log.
    AuditEntryId, "aud");

/// What the audit log calls the things that have ids, with the prefix of their ids.
const KINDS: &[(&str, &str)] = &[
    ("organization", OrganizationId::PREFIX),
    ("user", UserId::PREFIX),
    ("customer", CustomerId::PREFIX),
    ("operator", OperatorId::PREFIX),
    ("session", SessionId::PREFIX),
    ("role", RoleId::PREFIX),
    ("key", ApiKeyId::PREFIX),
    ("api_key", ApiKeyId::PREFIX),
    ("team", TeamId::PREFIX),
    ("ticket", TicketId::PREFIX),
    ("message", MessageId::PREFIX),
    ("file", FileId::PREFIX),
    ("sla_policy", SlaPolicyId::PREFIX),
    ("mailbox", MailboxId::PREFIX),
    ("inbound_mail", InboundMailId::PREFIX),
    ("outgoing_mail", OutgoingMailId::PREFIX),
    ("job", JobId::PREFIX),
    ("link", LinkId::PREFIX),
    ("identity_provider", IdentityProviderId::PREFIX),
    ("identity", IdentityId::PREFIX),
    ("export", ExportId::PREFIX),
];

/// The wire form of an id whose kind is known by name only; of an unknown kind the bare UUID.
pub fn wire(kind: &str, id: Uuid) -> String {
    match KINDS.iter().find(|(known, _)| *known == kind) {
        Some((_, prefix)) => format!("{prefix}_{}", encode(id)),
        None => id.to_string(),
    }
}

/// Reads what [`wire`] wrote, whatever its kind.
pub fn parse_any(text: &str) -> Option<Uuid> {
    match text.split_once('_') {
        Some((prefix, rest)) if KINDS.iter().any(|(_, known)| *known == prefix) => decode(rest),
        Some(_) => None,
        None => Uuid::try_parse(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_kind_round_trip() {
        let id = Uuid::from_u128(0x0193_5f3a_7d2c_7abc_8def_0123_4567_89ab);
        assert_eq!(wire("ticket", id), TicketId(id).to_string());
        for kind in ["ticket", "sla_policy", "no such kind"] {
            assert_eq!(parse_any(&wire(kind, id)), Some(id), "{kind}");
        }
        for bad in ["", "tkt_", "xyz_00000000000000000000000001", "1042", "tkt"] {
            assert_eq!(parse_any(bad), None, "{bad}");
        }
    }

    #[test]
    fn wire_form_round_trips_and_is_strict() {
        let id = TicketId(Uuid::from_u128(0x0193_5f3a_7d2c_7abc_8def_0123_4567_89ab));
        let text = id.to_string();
        assert_eq!(text.len(), 30);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_uppercase().replace("TKT_", "tkt_").parse(), Ok(id));
        assert!(text.parse::<UserId>().is_err());
        for bad in ["", "tkt_", "tkt_8zzzzzzzzzzzzzzzzzzzzzzzzz", "tkt_0123456789012345678901234u", "1042"] {
            assert!(bad.parse::<TicketId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn order_of_text_is_order_of_value() {
        let (a, b) = (Uuid::from_u128(1 << 100), Uuid::from_u128((1 << 100) + 1));
        assert!(encode(a) < encode(b));
        assert_eq!(decode(&encode(Uuid::max())), Some(Uuid::max()));
    }
}
