//! The one error type of the product and its stable codes.

use std::{collections::BTreeMap, error::Error, fmt};

use serde::Serialize;

/// What every fallible use case returns.
pub type AppResult<T> = Result<T, AppError>;

/// Stable, documented error codes; part of the API contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the contract; docs/API-DESIGN.md explains them")]
pub enum Code {
    ValidationError,
    AuthenticationError,
    OtpRequired,
    PermissionDenied,
    OrganizationSuspended,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Stale,
    PayloadTooLarge,
    UnsupportedMediaType,
    IdempotencyKeyReused,
    RateLimited,
    Unavailable,
    InternalError,
}

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Stable: `required`, `invalid`, `unknown`, `too_long`, `taken`, …
    pub code: &'static str,
    /// One sentence for people.
    pub message: String,
}

/// Everything that is wrong, by field path (`items[0].name`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(pub BTreeMap<String, Vec<FieldError>>);

impl FieldErrors {
    /// Notes one more problem.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(FieldError { code, message: message.into() });
    }

    /// `Err` with all that was noted, `Ok` when nothing was.
    pub fn finish(self) -> AppResult<()> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError::Invalid(self)) }
    }
}

/// Why a request or a job could not be done. Mapped to HTTP in `web::problem` and nowhere else.
#[derive(Debug)]
pub enum AppError {
    /// Malformed request (not JSON, nested too deep): 400.
    Malformed(String),
    /// Nobody, or nobody known: 401.
    Unauthenticated(String),
    /// The password was right, the second factor is missing: 401.
    OtpRequired,
    /// The password was right, the second factor was not: 401.
    OtpWrong,
    /// Known, visible, but not allowed: 403. The sentence names what is missing.
    Forbidden(String),
    /// The organization is suspended: 403.
    Suspended,
    /// Absent, or invisible to this actor, which is answered alike: 404.
    NotFound,
    /// The path exists, the verb does not: 405.
    MethodNotAllowed,
    /// Against the rules of the resource's present state, or a value already taken: 409.
    Conflict(String, FieldErrors),
    /// `If-Match` names an older version: 412.
    Stale,
    /// More bytes than accepted: 413.
    TooLarge(String),
    /// A content type that is not accepted here: 415.
    UnsupportedMediaType(String),
    /// The `Idempotency-Key` was used for another request: 422.
    IdempotencyKeyReused,
    /// Well-formed but wrong: 422, by field.
    Invalid(FieldErrors),
    /// Too often; try again after so many seconds: 429.
    TooMany(u32),
    /// A dependency is away; try again after so many seconds: 503.
    Unavailable(String, u32),
    /// The organization's rows are elsewhere than the caller believed; look again: 503.
    Moved,
    /// Our fault. The cause goes to the log, never to the client: 500.
    Internal(Box<dyn Error + Send + Sync>),
}

impl AppError {
    /// 422 with one field and one sentence.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, code, message);
        Self::Invalid(errors)
    }

    /// 409 for a value that another row already has.
    pub fn taken(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut errors = FieldErrors::default();
        errors.add(field, "taken", message.clone());
        Self::Conflict(message, errors)
    }

    /// 409 for a request that the present state does not allow.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into(), FieldErrors::default())
    }

    /// 500 from a sentence.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Malformed(_) | Self::Invalid(_) => Code::ValidationError,
            Self::Unauthenticated(_) => Code::AuthenticationError,
            Self::OtpRequired | Self::OtpWrong => Code::OtpRequired,
            Self::Forbidden(_) => Code::PermissionDenied,
            Self::Suspended => Code::OrganizationSuspended,
            Self::NotFound => Code::NotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::Conflict(..) => Code::Conflict,
            Self::Stale => Code::Stale,
            Self::TooLarge(_) => Code::PayloadTooLarge,
            Self::UnsupportedMediaType(_) => Code::UnsupportedMediaType,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::TooMany(_) => Code::RateLimited,
            Self::Unavailable(..) | Self::Moved => Code::Unavailable,
            Self::Internal(_) => Code::InternalError,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text)
            | Self::Unauthenticated(text)
            | Self::Forbidden(text)
            | Self::Conflict(text, _)
            | Self::TooLarge(text)
            | Self::UnsupportedMediaType(text)
            | Self::Unavailable(text, _) => f.write_str(text),
            Self::OtpRequired => f.write_str("The second factor is required: send `otp`."),
            Self::OtpWrong => f.write_str("The code is wrong, too old, or was used already."),
            Self::Suspended => f.write_str("This organization is suspended."),
            Self::NotFound => f.write_str("There is nothing here, or nothing that you may see."),
            Self::MethodNotAllowed => f.write_str("This method is not allowed here."),
            Self::Moved => f.write_str("This organization is being moved; try again."),
            Self::IdempotencyKeyReused => {
                f.write_str("This Idempotency-Key was used for another request; take a new one.")
            }
            Self::Stale => f.write_str("Somebody changed this meanwhile; load it again."),
            Self::Invalid(errors) => match errors.0.iter().next() {
                Some((field, problems)) => match problems.first() {
                    Some(problem) => write!(f, "{field}: {}", problem.message),
                    None => write!(f, "{field} is not valid."),
                },
                None => f.write_str("The input is not valid."),
            },
            Self::TooMany(seconds) => write!(f, "Too many requests; try again in {seconds} s."),
            Self::Internal(cause) => write!(f, "internal error: {cause}"),
        }
    }
}

impl Error for AppError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Internal(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// What the database says, in our words. Named constraints are mapped where the statement is.
#[cfg(feature = "sqlx")]
impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        let away = |seconds| Self::Unavailable("The database does not answer at the moment.".to_owned(), seconds);
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => {
                away(2)
            }
            sqlx::Error::Database(cause) => match cause.code().as_deref() {
                Some("HD401") => Self::Unauthenticated("The session has ended; sign in again.".to_owned()),
                Some("HD403") => Self::Suspended,
                Some("HD404") => Self::NotFound,
                Some("HD409") => Self::Moved,
                Some("HD503") => Self::Unavailable(Self::Moved.to_string(), 2),
                Some("22021" | "22P05") => {
                    Self::Malformed("The text contains a character that cannot be stored.".to_owned())
                }
                Some("54000") => Self::TooLarge("The text is too long to be searched.".to_owned()),
                Some(code) if code.starts_with("22") => {
                    Self::invalid("body", "out_of_range", "A value is out of range.")
                }
                Some("40001" | "40P01" | "55P03" | "57014" | "25P03") => away(1),
                Some(code) if code.starts_with("57P") || code.starts_with("53") || code.starts_with("08") => away(2),
                _ => Self::Internal(Box::new(error)),
            },
            _ => Self::Internal(Box::new(error)),
        }
    }
}
