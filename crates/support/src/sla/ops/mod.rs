//! One use case a file.

pub mod create;
pub mod delete;
pub mod read;
pub mod targets;
pub mod update;

use db::TenantTx;
use kernel::{AppError, AppResult, FieldErrors, SlaPolicyId};
use serde_json::json;

use super::{
    model::MAX_MINUTES,
    store::{self, Fields},
    wire::WritePolicy,
};
use crate::Priority;

/// Retires whatever else is active for the priority.
async fn retire_others(tx: &mut TenantTx, priority: Priority, keep: SlaPolicyId) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let is_active = |is: bool| json!({ "is_active": is });
    for retired in store::retire_others(tx, organization, priority, keep, now).await? {
        tx.audit("sla_policy.updated", ("sla_policy", Some(retired.0)), &is_active(true), &is_active(false));
    }
    Ok(())
}

/// What is stored of a policy as it was sent; 422 names every field that is wrong.
fn check(input: WritePolicy) -> AppResult<Fields> {
    let mut errors = FieldErrors::default();
    let name = web::text("name", &input.name, 1, 100).unwrap_or_else(|error| {
        if let AppError::Invalid(wrong) = error {
            errors.0.extend(wrong.0);
        }
        String::new()
    });
    if input.business_hours_only {
        errors.add("business_hours_only", "invalid", "There are no business hours yet; policies run around the clock.");
    }
    let mut minutes = |field: &str, value: i64| {
        i32::try_from(value).ok().filter(|value| (0..=MAX_MINUTES).contains(value)).unwrap_or_else(|| {
            errors.add(field, "invalid", format!("Whole minutes from 0 to {MAX_MINUTES}; 0 is the shipped default."));
            0
        })
    };
    let resolution_time = minutes("resolution_time", input.resolution_time);
    let response_time = minutes("response_time", input.response_time);
    errors.finish()?;
    Ok(Fields { name, priority: input.priority, resolution_time, response_time, is_active: input.is_active })
}

fn raced() -> AppError {
    AppError::conflict("Another policy of this priority was activated at the same moment; try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field_of(json: &str) -> Vec<String> {
        match check(serde_json::from_str(json).unwrap()) {
            Err(AppError::Invalid(errors)) => errors.0.into_keys().collect(),
            Ok(_) => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let none: [&str; 0] = [];
        assert_eq!(field_of(r#"{"name":"A","priority":"Critical","resolution_time":0}"#), none);
        assert_eq!(field_of(r#"{"name":"A","priority":"low","resolution_time":5256000,"response_time":1}"#), none);
        assert_eq!(
            field_of(
                r#"{"name":" ","priority":"low","resolution_time":-1,"response_time":5256001,"business_hours_only":true}"#
            ),
            ["business_hours_only", "name", "resolution_time", "response_time"]
        );
        assert_eq!(
            field_of(r#"{"name":"A","priority":"low","resolution_time":9223372036854775807}"#),
            ["resolution_time"]
        );
        assert!(serde_json::from_str::<WritePolicy>(r#"{"name":"A","priority":"low","resolution_time":1.5}"#).is_err());
    }
}
