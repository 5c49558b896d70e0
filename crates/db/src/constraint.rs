//! Named constraints become field errors.

use kernel::{AppError, AppResult};

/// Maps the violation of one named constraint; everything else becomes the general error.
pub trait OnConstraint<T> {
    /// `name` is matched against the constraint's name and, on sharded databases where a suffix
    /// is added or the field is missing, against the start of it and the message.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> AppResult<T>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> AppResult<T> {
        self.map_err(|cause| if violates(&cause, name) { error() } else { cause.into() })
    }
}

impl<T> OnConstraint<T> for AppResult<T> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> AppResult<T> {
        self.map_err(|cause| match cause {
            AppError::Internal(inner) => match inner.downcast::<sqlx::Error>() {
                Ok(database) if violates(&database, name) => error(),
                Ok(database) => AppError::Internal(database),
                Err(other) => AppError::Internal(other),
            },
            other => other,
        })
    }
}

fn violates(error: &sqlx::Error, name: &str) -> bool {
    match error {
        sqlx::Error::Database(cause) => match cause.constraint() {
            Some(constraint) => constraint == name || constraint.starts_with(&format!("{name}_")),
            None => cause.message().contains(name),
        },
        _ => false,
    }
}
