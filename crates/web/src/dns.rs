//! Questions to the domain name system that the operating system's own resolver does not answer.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    Resolver, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::{DnsError, NetError, NoRecords, runtime::TokioRuntimeProvider},
    proto::{op::ResponseCode, rr::RData},
};

/// No answer, which is neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The name servers gave no answer: {0}.")]
pub struct NoAnswer(String);

/// Asks the servers of `DNS_SERVER`, or those of the system. Nothing is remembered.
#[derive(Debug, Clone, Default)]
pub struct Dns {
    server: Option<SocketAddr>,
}

impl Dns {
    /// `None` takes the servers of `/etc/resolv.conf`.
    pub fn new(server: Option<SocketAddr>) -> Self {
        Self { server }
    }

    /// The texts at a name, each put together of its parts; none when there is no such name.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let fully_qualified = format!("{}.", name.trim_end_matches('.'));
        let resolver = self.resolver().map_err(|error| NoAnswer(error.to_string()))?;
        let found = match resolver.txt_lookup(fully_qualified).await {
            Ok(found) => found,
            Err(error) if is_no(&error) => return Ok(Vec::new()),
            Err(error) => return Err(NoAnswer(error.to_string())),
        };
        let texts = found.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = match self.server {
            Some(server) => {
                let mut ways = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                ways.iter_mut().for_each(|way| way.port = server.port());
                let servers = vec![NameServerConfig::new(server.ip(), true, ways)];
                Resolver::builder_with_config(ResolverConfig::from_name_servers(servers), provider)
            }
            None => Resolver::builder(provider)?,
        };
        let options = builder.options_mut();
        options.cache_size = 0;
        options.timeout = Duration::from_secs(3);
        options.attempts = 1;
        builder.build()
    }
}

/// Whether the servers said that there is nothing, as opposed to saying nothing.
fn is_no(error: &NetError) -> bool {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(NoRecords { response_code, .. })) => {
            matches!(response_code, ResponseCode::NXDomain | ResponseCode::NoError)
        }
        _ => false,
    }
}
