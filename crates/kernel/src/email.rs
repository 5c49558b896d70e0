//! Mail addresses, as far as the product compares them.

/// The form in which addresses are stored and compared: trimmed, lower case. `None` unless it is
/// one plain address (`local@domain.tld`, at most 254 bytes, no spaces or control characters).
pub fn normalize(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c))
    };
    let dotted = domain.contains('.') || domain == "localhost";
    let neat = !domain.starts_with(['.', '-']) && !domain.ends_with(['.', '-']) && !domain.contains("..");
    (address.len() <= 254 && local.len() <= 64 && plain(local) && plain(domain) && dotted && neat).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(normalize(" Ada@Example.ORG ").as_deref(), Some("ada@example.org"));
        assert_eq!(normalize("support@acme.localhost").as_deref(), Some("support@acme.localhost"));
        for bad in ["", "a", "a@b", "a@@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "<a@b.c>", "@b.c", "a@.b.c", "a@b..c"] {
            assert_eq!(normalize(bad), None, "{bad:?}");
        }
    }
}
