//! Which addresses the product may call. What lies inside the installation's own network is
//! refused unless the operator allows it: whoever sets up a call (an identity provider, say) is
//! somebody of an organization, and must not reach what only this machine can reach.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Special IPv4 networks (IANA registry), and the metadata service of one cloud that lies outside of them.
const SPECIAL_V4: [Ipv4Net; 16] = [
    net4(0, 0, 0, 0, 8),
    net4(10, 0, 0, 0, 8),
    net4(100, 64, 0, 0, 10),
    net4(127, 0, 0, 0, 8),
    net4(168, 63, 129, 16, 32),
    net4(169, 254, 0, 0, 16),
    net4(172, 16, 0, 0, 12),
    net4(192, 0, 0, 0, 24),
    net4(192, 0, 2, 0, 24),
    net4(192, 88, 99, 0, 24),
    net4(192, 168, 0, 0, 16),
    net4(198, 18, 0, 0, 15),
    net4(198, 51, 100, 0, 24),
    net4(203, 0, 113, 0, 24),
    net4(224, 0, 0, 0, 4),
    net4(240, 0, 0, 0, 4),
];
/// Public IPv6 addresses lie here: not loopback, link-local, unique-local, multicast, NAT64 or IPv4 in disguise.
const PUBLIC_V6: Ipv6Net = net6(0x2000, 0, 3);
/// And not here: Teredo and other protocol assignments, documentation, 6to4.
const SPECIAL_V6: [Ipv6Net; 4] =
    [net6(0x2001, 0, 23), net6(0x2001, 0xdb8, 32), net6(0x2002, 0, 16), net6(0x3fff, 0, 20)];

const fn net4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn net6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => PUBLIC_V6.contains(&ip) && !SPECIAL_V6.iter().any(|net| net.contains(&ip)),
    }
}

/// What the operator allows beyond public addresses: `OUTBOUND_ALLOW`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
}

impl Allowed {
    /// From a list of addresses, networks and host names, separated by commas; the part that is
    /// none of these is the error.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut allowed = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if let Ok(network) = part.parse::<IpNet>() {
                allowed.networks.push(network);
            } else if let Ok(ip) = part.parse::<IpAddr>() {
                allowed.networks.push(ip.into());
            } else {
                match Host::parse(part) {
                    Ok(Host::Domain(name)) => allowed.hosts.push(bare(&name).to_owned()),
                    _ => return Err(part.to_owned()),
                }
            }
        }
        Ok(allowed)
    }

    /// Whether the operator named this host or its address.
    pub fn names(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => self.has_host(name),
            Some(Host::Ipv4(ip)) => self.has_address(ip.into()),
            Some(Host::Ipv6(ip)) => self.has_address(ip.into()),
            None => false,
        }
    }

    /// Whether an address in the URL itself may be called; names are decided when they are resolved.
    pub(super) fn permits_literal(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(ip)) => self.permits(ip.into()),
            Some(Host::Ipv6(ip)) => self.permits(ip.into()),
            None => false,
        }
    }

    fn permits(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.has_address(ip)
    }

    fn has_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host == bare(name))
    }

    fn has_address(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
    }
}

/// URL hosts are lower case already.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Resolves names by the system and lets only permitted addresses through. The connection goes to
/// one of these: nobody resolves the name a second time.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver(pub Arc<Allowed>);

impl GuardedResolver {
    fn filter(&self, name: &str, found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let any = self.0.has_host(name);
        found.filter(|address| any || self.0.permits(address.ip())).collect()
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted = guard.filter(name.as_str(), found);
            if permitted.is_empty() {
                return Err("no permitted address".into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called() {
        for inside in [
            "127.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a9fe:a9fe::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn the_operator_may_allow_more() {
        let allowed = Allowed::parse(" 127.0.0.1, 10.1.0.0/16 ,fd00::/8,Idp.Internal.").unwrap();
        let names = |url: &str| allowed.names(&Url::parse(url).unwrap());
        assert!(names("http://127.0.0.1:9/") && names("http://10.1.2.3/") && names("http://[fd00::1]/"));
        assert!(names("http://[::ffff:127.0.0.1]/") && names("http://idp.internal/") && names("http://IDP.internal./"));
        assert!(!names("http://127.0.0.2/") && !names("http://10.2.0.1/") && !names("http://x.idp.internal/"));
        assert_eq!(Allowed::parse(""), Ok(Allowed::default()));
        for bad in ["http://x", "10.0.0.0/33", "a b", "x:80"] {
            assert_eq!(Allowed::parse(&format!("127.0.0.1,{bad}")), Err(bad.to_owned()));
        }
    }

    #[test]
    fn resolved_addresses_are_filtered() {
        let guard = GuardedResolver(Arc::new(Allowed::parse("idp.internal").unwrap()));
        let found = ["1.1.1.1:0", "127.0.0.1:0", "[::1]:0", "10.0.0.7:0"].map(|text| text.parse().unwrap());
        assert_eq!(guard.filter("evil.example", found.into_iter()), [found[0]]);
        assert_eq!(guard.filter("idp.internal", found.into_iter()), found);
        assert_eq!(guard.filter("x.idp.internal", found.into_iter()), [found[0]]);
    }
}
