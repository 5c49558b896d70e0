//! Where somebody is sent after signing in: a place on the same host, whatever was asked for. Pure.

use kernel::{AppError, AppResult};
use url::{Url, form_urlencoded};

/// The path with query and fragment, in ASCII; 422 on `next` for anything that could lead elsewhere.
pub fn check(text: &str) -> AppResult<String> {
    let refused = || AppError::invalid("next", "invalid", "This is not a path on this host.");
    // As it is, and as something that decodes it once more would see it.
    let decoded: String =
        form_urlencoded::parse(format!("x={}", text.replace('+', "%2B").replace('&', "%26")).as_bytes())
            .map(|(_, value)| value.into_owned())
            .next()
            .unwrap_or_default();
    if text.len() > 2_000 || !is_path(text) || !is_path(&decoded) {
        return Err(refused());
    }
    let base = Url::parse("http://host.invalid/").map_err(|error| AppError::Internal(error.into()))?;
    let url = base.join(text).map_err(|_| refused())?;
    let path = url.as_str().strip_prefix("http://host.invalid").unwrap_or_default();
    if is_path(path) { Ok(path.to_owned()) } else { Err(refused()) }
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && !text.contains(|c: char| c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn paths_stay_on_the_host() {
        for good in ["/", "/tickets/42?tab=notes&x=1+2#reply", "/a/b", "/search?q=http://x.org//y"] {
            assert_eq!(check(good).unwrap(), good);
        }
        assert_eq!(check("/a/../b").unwrap(), "/b");
        assert_eq!(check("/größe").unwrap(), "/gr%C3%B6%C3%9Fe");
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "x",
            "tickets",
            "//evil",
            "//evil.example/x",
            "///evil",
            "/\\evil",
            "\\\\evil",
            "\\/evil",
            "https:evil",
            "https://evil",
            "http:/evil",
            "/%09/evil",
            "/\t/evil",
            "/%0a/evil",
            "/\r\nSet-Cookie: x",
            "/%0d%0aSet-Cookie:%20x",
            "/%2Fevil",
            "/%5Cevil",
            "/.//evil",
            "/..//evil",
            "/a/..//evil",
            "/%2e//evil",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " /x",
            "/x\0",
            "/x%00",
            "data:text/html,x",
            "?x",
            "#x",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert!(check(&format!("/{}", "x".repeat(2_000))).is_err());
    }
}
