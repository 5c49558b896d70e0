//! Passwords: the policy, and argon2id.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kernel::{AppError, AppResult};
use tokio::sync::Semaphore;

/// Compared against for unknown addresses, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// In lower case: those of the 30 000 commonest (the list of zxcvbn, MIT licence) that are long enough
/// at all, and what people make of shorter ones to be allowed them.
const COMMON: &str = include_str!("common_passwords.txt");

/// 422 on `field` unless the password has 10 to 256 characters, is not a common one and does not repeat the address.
pub fn check(field: &str, password: &str, email: &str) -> AppResult<()> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let problem = if length < 10 {
        Some(("too_short", "A password has at least 10 characters."))
    } else if length > 256 {
        Some(("too_long", "A password has at most 256 characters."))
    } else if password.contains('\0') {
        Some(("invalid", "A password has no NUL character."))
    } else if COMMON.lines().any(|common| common == lower) || is_monotonous(&lower) {
        Some(("too_common", "This password is too common."))
    } else if lower == email || (local.len() >= 4 && lower.trim_matches(|c: char| !c.is_alphabetic()) == local) {
        Some(("too_similar", "This password repeats the mail address."))
    } else {
        None
    };
    match problem {
        None => Ok(()),
        Some((code, message)) => Err(AppError::invalid(field, code, message)),
    }
}

/// One or two different characters only, or a run up or down such as `1234567890`.
fn is_monotonous(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut distinct = bytes.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let follows = |a: u8, b: u8| b.wrapping_sub(a) <= 1 || (a, b) == (b'9', b'0');
    let up = bytes.windows(2).all(|pair| matches!(pair, [a, b] if follows(*a, *b)));
    let down = bytes.windows(2).all(|pair| matches!(pair, [a, b] if follows(*b, *a)));
    distinct.len() <= 2 || up || down
}

/// Hashes, away from the threads that serve requests.
pub async fn hash(password: String) -> AppResult<String> {
    blocking(move || hash_now(&password)).await?
}

/// Whether the password fits. Without a hash the same work is done and the answer is no.
pub async fn verify(password: String, hash: Option<String>) -> AppResult<bool> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && fits
    })
    .await
}

/// Makes the hash that unknown addresses are compared against, so that the first of them is not slower.
pub async fn warm_up() {
    let _ = blocking(|| LazyLock::force(&NOBODY).len()).await;
}

fn hash_now(password: &str) -> AppResult<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| AppError::internal(error.to_string()))
}

/// Hashes at the same time: each takes a core and 19 MB.
static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    let _core = CORES.acquire().await.map_err(|error| AppError::Internal(error.into()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Internal(error.into()))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in [
            "short",
            "password123",
            "1234567890",
            "9876543210",
            "aaaaaaaaaaaa",
            "abcdefghij",
            "qwertyuiop",
            "1Q2w3E4r5T",
            "manchester",
            "fktrcfylhf",
            "ada.lovelace1",
        ] {
            assert!(check("password", weak, "ada.lovelace@example.org").is_err(), "{weak}");
        }
        assert!(check("password", &"é".repeat(257), "a@b.c").is_err());
        for good in ["correct horse battery", "Wärmepumpe-7-läuft", &"xy7".repeat(43)] {
            assert!(check("password", good, "ada@example.org").is_ok(), "{good}");
        }
    }
}
