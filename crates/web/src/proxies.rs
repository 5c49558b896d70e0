//! Who sent a request: the TCP peer, or whom a trusted proxy says it speaks for.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Once,
};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static NOT_TRUSTED: Once = Once::new();

/// Proxies whose `X-Forwarded-For` is believed; none unless told. Other headers of that kind
/// (`Forwarded`, `X-Real-IP`) are never read: a proxy that does not write them passes them on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    /// The part that is neither an address nor a network.
    type Err = String;

    /// Addresses and networks such as `10.0.0.0/8`, between commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            part.parse()
                .or_else(|_| part.parse().map(|ip: IpAddr| ip.to_canonical().into()))
                .map_err(|_| part.to_owned())
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// The true peer. Each trusted proxy appended whom it heard, so the list is read from its
    /// end, as long as it names trusted proxies; what stands further left anybody may have written.
    pub fn peer(&self, tcp: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut peer = tcp.to_canonical();
        if !self.trusts(peer) {
            hint(peer, headers);
            return peer;
        }
        let lists: Vec<&str> =
            headers.get_all(&FORWARDED_FOR).iter().map(|list| list.to_str().unwrap_or("unreadable")).collect();
        for text in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
            let Some(ip) = address(text) else { break };
            peer = ip;
            if !self.trusts(ip) {
                break;
            }
        }
        peer
    }

    /// Whether it is one of them.
    pub fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

/// An address as proxies write it, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

/// Says once that there seems to be a proxy whose callers are all taken for one.
fn hint(peer: IpAddr, headers: &HeaderMap) {
    let is_near = match peer {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    if is_near && headers.contains_key(&FORWARDED_FOR) {
        NOT_TRUSTED.call_once(|| {
            tracing::warn!(%peer, "X-Forwarded-For is not believed: if this is your proxy, name it in TRUSTED_PROXIES, or all its callers share the limits of one");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(trusted: &str, tcp: &str, lists: &[&str]) -> String {
        let trusted: TrustedProxies = trusted.parse().unwrap();
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(&FORWARDED_FOR, list.parse().unwrap());
        }
        headers.insert("x-real-ip", "203.0.113.99".parse().unwrap());
        headers.insert("forwarded", "for=203.0.113.98".parse().unwrap());
        trusted.peer(tcp.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_list_is_read_from_its_end_past_trusted_proxies() {
        let trusted = "10.0.0.0/8, 192.0.2.7,2001:db8::/32";
        for (tcp, lists, expected) in [
            ("203.0.113.5", &["198.51.100.1"][..], "203.0.113.5"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("10.1.2.3", &["198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["1.2.3.4, 198.51.100.1, 192.0.2.7"], "198.51.100.1"),
            ("10.1.2.3", &["1.2.3.4", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
            ("10.1.2.3", &["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
            ("10.1.2.3", &["198.51.100.1, nonsense, 10.5.5.5"], "10.5.5.5"),
            ("10.1.2.3", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.1.2.3", &["[2001:dead::1]:4711"], "2001:dead::1"),
            ("10.1.2.3", &["[2001:dead::1]"], "2001:dead::1"),
            ("::ffff:10.1.2.3", &["198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("2001:db8::1", &["198.51.100.1"], "198.51.100.1"),
            ("2001:db9::1", &["198.51.100.1"], "2001:db9::1"),
        ] {
            assert_eq!(peer(trusted, tcp, lists), expected, "{tcp} {lists:?}");
        }
        assert_eq!(peer("", "127.0.0.1", &["198.51.100.1"]), "127.0.0.1");
    }

    #[test]
    fn what_is_no_network_is_named() {
        for bad in ["10.0.0.0/33", "proxy.example.org", "10.0.0"] {
            assert_eq!(format!("127.0.0.1, {bad}").parse::<TrustedProxies>(), Err(bad.to_owned()));
        }
    }
}
