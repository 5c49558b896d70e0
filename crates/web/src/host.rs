//! Which organization a host name stands for.

use std::{net::IpAddr, time::Duration};

use db::platform::{self, Organization};
use kernel::{AppError, AppResult, OrganizationId};
use moka::future::Cache;

use crate::AppState;

/// The organization of the request's host; `None` on the bare host, where the token decides.
#[derive(Debug, Clone)]
pub struct HostOrganization(pub Option<Organization>);

/// What was found lately, by host or id. Bounded, and forgotten after seconds: suspension and
/// moves do not depend on it, the database checks them at each transaction.
#[derive(Clone, Debug)]
pub struct HostCache {
    hosts: Cache<String, Organization>,
    ids: Cache<OrganizationId, Organization>,
}

impl Default for HostCache {
    fn default() -> Self {
        let live = Duration::from_secs(5);
        Self {
            hosts: Cache::builder().max_capacity(10_000).time_to_live(live).build(),
            ids: Cache::builder().max_capacity(10_000).time_to_live(live).build(),
        }
    }
}

impl HostCache {
    /// The organization with this id.
    pub async fn by_id(&self, state: &AppState, id: OrganizationId) -> AppResult<Option<Organization>> {
        if let Some(known) = self.ids.get(&id).await {
            return Ok(Some(known));
        }
        let found = platform::find(&state.db, id).await?;
        if let Some(found) = &found {
            self.ids.insert(id, found.clone()).await;
        }
        Ok(found)
    }

    /// Forgets an organization whose placement changed.
    pub async fn forget(&self, id: OrganizationId) {
        self.ids.invalidate(&id).await;
        self.hosts.invalidate_all();
    }

    /// The organization of a host. `Ok(None)` is the bare host; an unknown name is `NotFound`,
    /// a suspended organization `Suspended`.
    pub async fn resolve(&self, state: &AppState, host: &str) -> AppResult<Option<Organization>> {
        let name = normalize(host);
        let base = &state.config.base_domain;
        if name.is_empty() || name == *base || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return Ok(None);
        }
        if let Some(known) = self.hosts.get(&name).await {
            return Ok(Some(known));
        }
        let slug = name.strip_suffix(base.as_str()).and_then(|rest| rest.strip_suffix('.'));
        let found = match slug {
            Some(slug) if !slug.contains('.') => platform::find_by_slug(&state.db, slug).await?,
            Some(_) => None,
            None => platform::find_by_domain(&state.db, &name).await?,
        };
        let found = found.ok_or(AppError::NotFound)?;
        if found.status != "active" {
            return Err(AppError::Suspended);
        }
        self.hosts.insert(name, found.clone()).await;
        self.ids.insert(found.id, found.clone()).await;
        Ok(Some(found))
    }
}

/// Without port and trailing dot, in lower case.
fn normalize(host: &str) -> String {
    let without_port = match host.strip_prefix('[') {
        Some(_) => host.split_inclusive(']').next().unwrap_or(host),
        None => host.split(':').next().unwrap_or(host),
    };
    without_port.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn hosts_are_compared_bare() {
        assert_eq!(normalize("Acme.LocalHost:8000"), "acme.localhost");
        assert_eq!(normalize("acme.localhost."), "acme.localhost");
        assert_eq!(normalize("[::1]:8000"), "[::1]");
        assert_eq!(normalize("127.0.0.1:80"), "127.0.0.1");
    }
}
