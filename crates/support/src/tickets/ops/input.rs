//! Checks of what callers send, shared by the use cases.

use db::TenantTx;
use kernel::{AppError, AppResult, CustomerId, FieldErrors, OrganizationId, TeamId, UserId};
use serde_json::{Map, Value};
use sqlx::PgConnection;

use crate::statuses::{Status, find_status, status_key};

/// What a ticket can be about.
pub const KINDS: [&str; 4] = ["question", "incident", "problem", "task"];
/// How a ticket can come.
pub const CHANNELS: [&str; 9] = ["email", "web", "portal", "chat", "phone", "api", "sms", "social", "iot"];

/// The one value that fields of the same meaning carry; 422 on the second when they differ.
pub fn one_of_aliases<T: PartialEq + Clone>(fields: &[(&str, &Option<T>)]) -> AppResult<Option<T>> {
    let mut given = fields.iter().filter_map(|(name, value)| value.as_ref().map(|value| (*name, value)));
    let Some((first_name, first)) = given.next() else { return Ok(None) };
    match given.find(|(_, value)| *value != first) {
        Some((name, _)) => Err(AppError::invalid(name, "contradiction", format!("This differs from {first_name}."))),
        None => Ok(Some(first.clone())),
    }
}

/// `question`, `incident`, `problem` or `task`, in any case.
pub fn kind(text: &str) -> AppResult<String> {
    choice("type", &KINDS, text)
}

/// A channel, in any case.
pub fn channel(text: &str) -> AppResult<String> {
    choice("channel", &CHANNELS, text)
}

fn choice(field: &str, allowed: &[&str], text: &str) -> AppResult<String> {
    let lower = text.trim().to_lowercase();
    if allowed.contains(&lower.as_str()) {
        Ok(lower)
    } else {
        Err(AppError::invalid(field, "invalid", format!("Use one of {}.", allowed.join(", "))))
    }
}

/// Lower-case, distinct, sorted; at most 50 of at most 50 characters.
pub fn tags(list: &[String]) -> AppResult<Vec<String>> {
    let mut clean = Vec::with_capacity(list.len());
    for tag in list {
        clean.push(web::text("tags", &tag.to_lowercase(), 1, 50)?);
    }
    clean.sort_unstable();
    clean.dedup();
    if clean.len() > 50 {
        return Err(AppError::invalid("tags", "too_long", "A ticket has at most 50 tags."));
    }
    Ok(clean)
}

/// At most 100 fields and 64 kB.
pub fn custom_fields(map: Map<String, Value>) -> AppResult<Value> {
    let value = Value::Object(map);
    let text = value.to_string();
    let too_many = value.as_object().is_some_and(|map| map.len() > 100);
    if too_many || text.len() > 65_536 {
        return Err(AppError::invalid("custom_fields", "too_long", "At most 100 fields and 64 kB."));
    }
    if text.contains("\\u0000") {
        return Err(AppError::invalid("custom_fields", "invalid", "Control characters are not allowed."));
    }
    Ok(value)
}

/// Up to 100 000 characters, no NUL.
pub fn description(text: &str) -> AppResult<String> {
    if text.chars().count() > 100_000 {
        return Err(AppError::invalid("description", "too_long", "At most 100000 characters."));
    }
    if text.contains('\0') {
        return Err(AppError::invalid("description", "invalid", "Control characters are not allowed."));
    }
    Ok(text.trim().to_owned())
}

/// A caller's own id: 1 to 200 characters.
pub fn external_id(text: &str) -> AppResult<String> {
    web::text("external_id", text, 1, 200)
}

/// The status a caller means, or a 422 on `status`.
pub async fn status(tx: &mut PgConnection, organization: OrganizationId, text: &str) -> AppResult<Status> {
    find_status(tx, organization, &status_key(text))
        .await?
        .ok_or_else(|| AppError::invalid("status", "invalid", format!("There is no status {text:.50}.")))
}

/// An active member of staff with the name to show; 422 on the field when suspended or not on the staff.
pub async fn assignee(tx: &mut TenantTx, field: &str, id: UserId) -> AppResult<(UserId, String)> {
    let organization = tx.organization();
    match identity::facade::find_user(tx, organization, id).await? {
        None => Err(AppError::invalid(field, "unknown", "There is no such member of staff.")),
        Some(user) if !user.is_active => {
            Err(AppError::invalid(field, "suspended", "This person is suspended or was removed."))
        }
        Some(user) => Ok((user.id, user.name)),
    }
}

/// A team with its name, or a 422 on the field.
pub async fn team(tx: &mut TenantTx, field: &str, id: TeamId) -> AppResult<(TeamId, String)> {
    let organization = tx.organization();
    let name = identity::facade::find_team(tx, organization, id).await?;
    name.map(|name| (id, name)).ok_or_else(|| AppError::invalid(field, "unknown", "There is no such team."))
}

/// A customer with the name to show, or a 422 on the field.
pub async fn customer(tx: &mut TenantTx, field: &str, id: CustomerId) -> AppResult<(CustomerId, String)> {
    let organization = tx.organization();
    let name = crate::tickets::store::customer_name(tx, organization, id).await?;
    name.map(|name| (id, name)).ok_or_else(|| AppError::invalid(field, "unknown", "There is no such customer."))
}

/// 422 on every field of the list that was given although a customer must not.
pub fn refuse_from_customers(fields: &[(&str, bool)]) -> AppResult<()> {
    let mut errors = FieldErrors::default();
    for (field, given) in fields {
        if *given {
            errors.add(*field, "not_allowed", "Customers do not set this.");
        }
    }
    errors.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_agree_or_are_refused() {
        let (a, b) = (Some("x".to_owned()), Some("y".to_owned()));
        assert_eq!(one_of_aliases(&[("subject", &a), ("title", &None)]).unwrap(), a);
        assert_eq!(one_of_aliases(&[("subject", &a), ("title", &a)]).unwrap(), a);
        assert!(one_of_aliases(&[("subject", &a), ("title", &b)]).is_err());
        assert_eq!(one_of_aliases::<String>(&[("subject", &None)]).unwrap(), None);
    }

    #[test]
    fn tags_have_one_form() {
        let list = ["Heat Pump", "leak", "heat pump"].map(str::to_owned);
        assert_eq!(tags(&list).unwrap(), ["heat pump", "leak"]);
        assert!(tags(&["".to_owned()]).is_err());
    }
}
