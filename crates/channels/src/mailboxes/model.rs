//! Which addresses an organization may have. Pure.

/// Whether the organization may claim a normalized address: inside the installation's domain only
/// its own host is its, everywhere else whoever comes first.
pub fn may_claim(address: &str, slug: &str, base_domain: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).trim_end_matches('.');
    let base = base_domain.to_lowercase();
    match domain.strip_suffix(&base) {
        Some("") => false,
        Some(host) if host.ends_with('.') => host.trim_end_matches('.') == slug,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::may_claim;

    #[test]
    fn hosts_of_other_organizations_are_theirs() {
        let acme = |address| may_claim(address, "acme", "Help.example");
        assert!(acme("support@acme.help.example"));
        assert!(acme("info@acme.org"));
        assert!(acme("info@myhelp.example"));
        for foreign in
            ["info@globex.help.example", "root@help.example", "a@b.acme.help.example", "a@xacme.help.example"]
        {
            assert!(!acme(foreign), "{foreign}");
        }
        assert!(may_claim("support@acme.localhost", "acme", "localhost"));
        assert!(!may_claim("support@globex.localhost", "acme", "localhost"));
    }
}
