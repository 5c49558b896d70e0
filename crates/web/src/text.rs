//! Checks of single values that every slice needs.

use kernel::{AppError, AppResult};

/// The trimmed text, or a 422 on `field` when its length in characters is out of bounds or it has control characters.
pub fn text(field: &str, value: &str, min: usize, max: usize) -> AppResult<String> {
    let value = value.trim();
    let length = value.chars().count();
    if length < min {
        let message =
            if min == 1 { "This must not be empty.".to_owned() } else { format!("At least {min} characters.") };
        return Err(AppError::invalid(field, if length == 0 { "required" } else { "too_short" }, message));
    }
    if length > max {
        return Err(AppError::invalid(field, "too_long", format!("At most {max} characters.")));
    }
    if value.chars().any(|c| c.is_control()) {
        return Err(AppError::invalid(field, "invalid", "Control characters are not allowed."));
    }
    Ok(value.to_owned())
}

/// A pattern for `ILIKE` that finds the text anywhere, its own wildcards taken literally.
pub fn like_pattern(search: &str) -> String {
    let escaped = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_literal() {
        assert_eq!(like_pattern("50%_a\\"), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn lengths_are_in_characters() {
        assert_eq!(text("name", "  Zoë ", 1, 3).unwrap(), "Zoë");
        assert!(text("name", " ", 1, 3).is_err());
        assert!(text("name", "Zoëe", 1, 3).is_err());
        assert!(text("name", "a\0b", 1, 3).is_err());
    }
}
