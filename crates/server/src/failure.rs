//! What a command says when it cannot do its work: one sentence, and the exit code.

use std::{fmt, process::ExitCode};

use db::embedded::EmbeddedError;
use kernel::AppError;

/// One sentence for people, printed to stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    sentence: String,
    code: u8,
    is_final: bool,
}

impl Failure {
    /// Ends the process with exit code 1.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 1, is_final: false }
    }

    /// With another exit code.
    #[must_use]
    pub fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Trying again cannot help.
    #[must_use]
    pub fn finally(mut self) -> Self {
        self.is_final = true;
        self
    }

    /// Whether trying again cannot help.
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// What the database or the way to it says.
    pub(crate) fn from_database(error: &sqlx::Error) -> Self {
        Self::new(match error {
            sqlx::Error::Database(cause) => format!("The database says: {}.", cause.message()),
            sqlx::Error::Io(cause) => format!("The database cannot be reached: {cause}."),
            other => format!("The database cannot be used: {other}."),
        })
    }

    /// Stopped by a signal.
    pub fn interrupted() -> Self {
        Self::new("Interrupted.").with_code(130)
    }

    /// For the shell.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            // On the command line there is nobody to hide the cause from.
            AppError::Internal(cause) => match cause.downcast_ref::<sqlx::Error>() {
                Some(error) => Self::from_database(error),
                None => Self::new(cause.to_string()),
            },
            other => Self::new(other.to_string()),
        }
    }
}

impl From<EmbeddedError> for Failure {
    fn from(error: EmbeddedError) -> Self {
        Self::new(error.to_string())
    }
}

/// For `map_err`: says what could not be done with which path.
pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Failure {
    move |cause| Failure::new(format!("{} cannot be used: {cause}.", path.display()))
}
