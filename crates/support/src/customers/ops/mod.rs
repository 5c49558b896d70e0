//! One use case a file.

pub mod access;
pub mod create;
pub mod get;
pub mod list;
pub mod register;
pub mod remove;
pub mod update;

use kernel::{AppError, AppResult};

use super::model::NAME_LENGTH;

/// The stored form of an address, or a 422 on `field`.
fn check_email(field: &str, text: &str) -> AppResult<String> {
    kernel::email::normalize(text).ok_or_else(|| AppError::invalid(field, "invalid", "This is not a mail address."))
}

fn check_name(text: &str) -> AppResult<String> {
    web::text("name", text, 1, NAME_LENGTH)
}

/// An optional text; blank is none.
fn check_optional(field: &str, text: Option<&str>, max: usize) -> AppResult<Option<String>> {
    let text = text.map(|text| web::text(field, text, 0, max)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn check_phone(text: Option<&str>) -> AppResult<Option<String>> {
    check_optional("phone", text, 50)
}

fn check_company(text: Option<&str>) -> AppResult<Option<String>> {
    check_optional("company", text, 200)
}

fn taken() -> AppError {
    AppError::taken("email", "There is a customer with this address already.")
}
