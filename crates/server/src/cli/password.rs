//! Passwords given to commands: on stdin, never as an argument that others can see.

use std::io::{IsTerminal, Read};

use kernel::AppResult;

use crate::failure::Failure;

/// The password on stdin; none when stdin is a terminal or empty.
pub(super) fn from_stdin() -> Result<Option<String>, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    stdin
        .take(10_000)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("The password cannot be read from stdin: {error}.")))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::new("The password on stdin is not UTF-8 text."))?;
    read(&text)
}

fn read(text: &str) -> Result<Option<String>, Failure> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r', '\0']) {
        return Err(Failure::new("The password on stdin must be one line."));
    }
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

/// The hash of a password that passes the policy.
pub(super) async fn hash(password: String, email: &str) -> AppResult<String> {
    identity::password::check("password", &password, email)?;
    identity::password::hash(password).await
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn one_line_is_a_password() {
        assert_eq!(read("correct horse battery\n"), Ok(Some("correct horse battery".into())));
        assert_eq!(read(" spaces count \r\n"), Ok(Some(" spaces count ".into())));
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("\n"), Ok(None));
        assert!(read("two\nlines\n").is_err());
    }
}
