//! What a slug looks like to a hasty eye.

/// Slugs with the same skeleton look alike: hyphens do not count, nor do the differences between
/// `0` and `o`, `1`, `i` and `l`, `rn` and `m`, `vv` and `w`.
pub fn skeleton(slug: &str) -> String {
    let plain = slug.replace('-', "").replace('0', "o").replace(['1', 'i'], "l");
    plain.replace("rn", "m").replace("vv", "w")
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn what_looks_alike_is_alike() {
        for (one, other) in [
            ("acme", "acrne"),
            ("globex", "g1obex"),
            ("globex", "gl0bex"),
            ("wave", "vvave"),
            ("acme-2", "acme2"),
            ("mail", "mall"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("acme"), skeleton("acne"));
    }
}
