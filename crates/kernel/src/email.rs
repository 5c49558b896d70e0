//! Mail addresses, as far as the product compares them.

/// The form in which addresses are stored and compared: trimmed, lower case. `None` unless it is
/// one plain ASCII address that mail servers take (dot-atom local part of at most 64 bytes, host
/// name, 254 bytes in all).
pub fn normalize(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let dotted = domain.contains('.') || domain == "localhost";
    let fits = address.len() <= 254 && local.len() <= 64;
    (fits && dotted && is_local(local) && is_host(domain)).then_some(address)
}

fn is_local(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.split('.').all(atom)
}

fn is_host(domain: &str) -> bool {
    let label = |part: &str| {
        let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&part.len()) && plain && !part.starts_with('-') && !part.ends_with('-')
    };
    domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(normalize(" Ada@Example.ORG ").as_deref(), Some("ada@example.org"));
        assert_eq!(normalize("support@acme.localhost").as_deref(), Some("support@acme.localhost"));
        for bad in [
            "",
            "a",
            "a@b",
            "a@@b.c",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "<a@b.c>",
            "@b.c",
            "a..b@c.d",
            ".a@b.c",
            "ä@b.c",
            "a@.b.c",
            "a@b..c",
        ] {
            assert_eq!(normalize(bad), None, "{bad:?}");
        }
    }
}
