//! How often the API may be called: by a person (or key), by an organization, by a peer that is
//! not signed in. Checked before anything reaches the database: a verified token names person
//! and organization.
//!
//! Each process has token buckets of its own, filled with its share: the limit divided by the
//! nodes that are alive ([`beat`]). With Redis the buckets are shared and exact; while it is away
//! the shares count, and no request fails for it.

mod bucket;
mod pressure;
mod shared;

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use db::Tasks;
use kernel::{AppError, OrganizationId, peer};
use moka::future::Cache;
use sha2::{Digest, Sha256};

use self::{
    bucket::{Bucket, Level},
    pressure::Pressure,
    shared::SharedBuckets,
};
use crate::{
    ApiError, AppState, context,
    middleware::Caller,
    token::{Audience, Claims},
};

/// Requests a second; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of a person or an API key.
    pub person: u32,
    /// Of all people and keys of an organization together.
    pub organization: u32,
    /// Of an address from which somebody calls who is not signed in; IPv6 by /64.
    pub peer: u32,
}

impl Rates {
    /// No limits.
    pub const OFF: Self = Self { person: 0, organization: 0, peer: 0 };
}

impl Default for Rates {
    fn default() -> Self {
        Self { person: 50, organization: 500, peer: 100 }
    }
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Person(OrganizationId, String),
    Organization(OrganizationId),
    /// What the limits of its people refused them.
    Refusals(OrganizationId),
    Peer(IpAddr),
}

impl Subject {
    fn kind(&self) -> &'static str {
        match self {
            Self::Person(..) => "person",
            Self::Organization(_) | Self::Refusals(_) => "organization",
            Self::Peer(_) => "peer",
        }
    }

    fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) => Some(*organization),
            _ => None,
        }
    }

    fn limit(&self, rates: &Rates) -> u32 {
        match self {
            Self::Person(..) => rates.person,
            Self::Organization(_) | Self::Refusals(_) => rates.organization,
            Self::Peer(_) => rates.peer,
        }
    }

    /// In Redis; what is taken from together lies together on a cluster.
    fn key(&self) -> String {
        match self {
            Self::Person(organization, person) => format!("helpdesk:{{{}}}:{person}", organization.0),
            Self::Organization(organization) => format!("helpdesk:{{{}}}", organization.0),
            Self::Refusals(organization) => format!("helpdesk:{{{}}}:refusals", organization.0),
            Self::Peer(ip) => format!("helpdesk:peer:{ip}"),
        }
    }
}

type Buckets = Cache<Subject, Arc<Mutex<Bucket>>>;

/// The limits of this process, and the buckets. Bounded: who did not call for a minute is forgotten.
#[derive(Debug)]
pub struct RateLimits {
    rates: Rates,
    /// Apart from the peers: however many of these there are, they push nobody else out.
    known: Buckets,
    peers: Buckets,
    keys: Cache<[u8; 32], (OrganizationId, String)>,
    pressure: Pressure,
    shared: Option<SharedBuckets>,
    nodes: AtomicU32,
    began: Instant,
}

impl RateLimits {
    /// Limits with buckets in this process.
    pub fn new(rates: Rates) -> Self {
        let idle = Duration::from_secs(60);
        let buckets = || Cache::builder().max_capacity(100_000).time_to_idle(idle).build();
        Self {
            rates,
            known: buckets(),
            peers: buckets(),
            keys: Cache::builder().max_capacity(100_000).time_to_live(idle).build(),
            pressure: Pressure::default(),
            shared: None,
            nodes: AtomicU32::new(1),
            began: Instant::now(),
        }
    }

    /// With buckets in Redis. Nothing is connected yet; the sentence says what is wrong with the
    /// address. Needs a runtime.
    pub fn with_redis(rates: Rates, url: &str) -> Result<Self, String> {
        let shared = SharedBuckets::new(url).map_err(|error| error.to_string())?;
        Ok(Self { shared: Some(shared), ..Self::new(rates) })
    }

    /// Among how many nodes the limits are shared out.
    pub fn set_nodes(&self, nodes: u32) {
        self.nodes.store(nodes.max(1), Ordering::Relaxed);
    }

    /// Remembers for a minute whose API key it is, once that was found out: until then its
    /// requests count for the peer, so that made-up keys are of no use.
    pub async fn recognize(&self, key: &str, organization: OrganizationId, id: String) {
        self.keys.insert(Sha256::digest(key).into(), (organization, id)).await;
    }

    async fn subjects(&self, headers: &HeaderMap, ip: Option<IpAddr>, claims: Option<&Claims>) -> Vec<Subject> {
        let of =
            |organization, person| vec![Subject::Person(organization, person), Subject::Organization(organization)];
        if let Some(claims) = claims {
            return match claims.aud {
                Audience::Organization => of(claims.org, claims.sub.clone()),
                Audience::Platform => vec![Subject::Person(claims.org, claims.sub.clone())],
            };
        }
        if let Some(key) = headers.get("x-api-key")
            && let Some((organization, id)) = self.keys.get(&<[u8; 32]>::from(Sha256::digest(key.as_bytes()))).await
        {
            return of(organization, id);
        }
        ip.map(|ip| Subject::Peer(peer::network(ip))).into_iter().collect()
    }

    /// Takes a token from each bucket, or from none.
    async fn take(&self, subjects: Vec<Subject>) -> Standing {
        let counted: Vec<Subject> = subjects.into_iter().filter(|subject| subject.limit(&self.rates) > 0).collect();
        if counted.is_empty() {
            return Standing::default();
        }
        let levels = match &self.shared {
            None => None,
            Some(shared) => {
                let buckets: Vec<_> =
                    counted.iter().map(|subject| (subject.key(), f64::from(subject.limit(&self.rates)))).collect();
                shared.take(&buckets).await
            }
        };
        let levels = match levels {
            Some(levels) => levels,
            None => self.take_here(&counted).await,
        };
        Standing::new(&self.rates, &counted, &levels)
    }

    /// Whether the organization, one of whose requests ran into this limit, asks for too much as a whole.
    async fn presses(&self, limit: &str, organization: OrganizationId) -> bool {
        let refusals = Subject::Refusals(organization);
        limit == "organization"
            || (refusals.limit(&self.rates) > 0
                && self.take_here(&[refusals]).await.iter().any(|level| !level.is_allowed))
    }

    async fn take_here(&self, subjects: &[Subject]) -> Vec<Level> {
        let (nodes, now) = (f64::from(self.nodes.load(Ordering::Relaxed)), self.began.elapsed());
        let (mut levels, mut taken): (Vec<Level>, Vec<Arc<Mutex<Bucket>>>) = (Vec::new(), Vec::new());
        for subject in subjects {
            let rate = f64::from(subject.limit(&self.rates)) / nodes;
            let buckets = if matches!(subject, Subject::Peer(_)) { &self.peers } else { &self.known };
            let made = async { Arc::new(Mutex::new(Bucket::new(rate, now))) };
            let bucket = buckets.get_with(subject.clone(), made).await;
            let level = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(rate, now);
            levels.push(level);
            if !level.is_allowed {
                for other in &taken {
                    other.lock().unwrap_or_else(PoisonError::into_inner).give_back();
                }
                break;
            }
            taken.push(bucket);
        }
        levels
    }
}

/// What a request may and what it is told.
#[derive(Debug, Default)]
struct Standing {
    told: Option<(u32, u32, u32)>,
    /// Which limit is used up, and when to try again.
    refused: Option<(&'static str, u32)>,
}

impl Standing {
    /// The answer tells of the limit that is nearest.
    fn new(rates: &Rates, subjects: &[Subject], levels: &[Level]) -> Self {
        let nearest = subjects.iter().zip(levels).min_by(|(_, one), (_, other)| one.tokens.total_cmp(&other.tokens));
        let Some((subject, level)) = nearest else { return Self::default() };
        let is_allowed = levels.iter().all(|level| level.is_allowed);
        let remaining = if is_allowed { level.remaining() } else { 0 };
        Self {
            told: Some((subject.limit(rates), remaining, level.reset())),
            refused: (!is_allowed).then(|| (subject.kind(), level.retry())),
        }
    }

    fn tell(&self, response: &mut Response) {
        let Some((limit, remaining, reset)) = self.told else { return };
        for (name, value) in
            [("ratelimit-limit", limit), ("ratelimit-remaining", remaining), ("ratelimit-reset", reset)]
        {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

/// The layer before everything of the API: a request over a limit is answered with 429 here.
pub(crate) async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let claims = context::any_claims(request.headers(), &state).await;
    let ip = request.extensions().get::<Caller>().and_then(|caller| caller.ip);
    let subjects = state.limits.subjects(request.headers(), ip, claims.as_ref()).await;
    let is_signed_in = SignedIn(claims.is_some() || context::has_api_key(request.headers()));
    request.extensions_mut().insert(is_signed_in);
    let organization = subjects.iter().find_map(Subject::organization);
    let standing = state.limits.take(subjects).await;
    let limits = &state.limits;
    let mut response = match (standing.refused, organization) {
        (Some((limit, seconds)), None) => refuse(limit, seconds),
        (Some((limit, seconds)), Some(organization)) => {
            limits.pressure.refused(organization, limits.presses(limit, organization).await).await;
            refuse(limit, seconds)
        }
        (None, None) => next.run(request).await,
        (None, Some(organization)) => match limits.pressure.enter(organization).await {
            Ok(_running) => next.run(request).await,
            Err(_) => refuse("organization", 1),
        },
    };
    standing.tell(&mut response);
    response
}

fn refuse(limit: &'static str, seconds: u32) -> Response {
    metrics::counter!("helpdesk_limited_requests_total", "limit" => limit).increment(1);
    ApiError(AppError::TooMany(seconds)).into_response()
}

/// Whether the request carries a token that we made and that has not ended, or what looks like an API key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn(pub bool);

/// Every few seconds tells the other nodes that this one serves, and hears how many there are.
pub async fn beat(state: AppState, tasks: Tasks) {
    let name = &state.config.node;
    while !tasks.is_stopping() {
        match db::nodes::beat(&state.db, name).await {
            Ok(nodes) => state.limits.set_nodes(nodes),
            Err(error) => tracing::debug!(%error, "the other nodes cannot be counted"),
        }
        tokio::select! {
            () = tasks.stopping() => {}
            () = tokio::time::sleep(db::nodes::BEAT) => {}
        }
    }
    let _ = db::nodes::leave(&state.db, name).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn organization(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    fn person(name: &str) -> Vec<Subject> {
        vec![Subject::Person(organization(1), name.to_owned()), Subject::Organization(organization(1))]
    }

    async fn allowed(limits: &RateLimits, subjects: &[Subject], tries: usize) -> usize {
        let mut allowed = 0;
        for _ in 0..tries {
            allowed += usize::from(limits.take(subjects.to_vec()).await.refused.is_none());
        }
        allowed
    }

    #[tokio::test]
    async fn people_share_the_limit_of_their_organization() {
        // Slow enough that nothing flows in while the test runs.
        let limits = RateLimits::new(Rates { person: 6, organization: 10, peer: 0 });
        limits.set_nodes(2);
        assert_eq!(allowed(&limits, &person("ada"), 20).await, 3);
        assert_eq!(
            allowed(&limits, &person("bo"), 20).await,
            2,
            "what a person did not get costs the organization nothing"
        );
        assert_eq!(allowed(&limits, &person("cy"), 20).await, 0);
        let standing = limits.take(person("cy")).await;
        assert_eq!(standing.refused.map(|(limit, _)| limit), Some("organization"));
        assert_eq!(standing.told.map(|(limit, remaining, _)| (limit, remaining)), Some((10, 0)));
        let other = [Subject::Organization(organization(2))];
        assert_eq!(allowed(&limits, &other, 20).await, 5);
    }

    #[tokio::test]
    async fn what_is_refused_to_people_presses_once_it_would_fill_the_limit() {
        let limits = RateLimits::new(Rates { person: 1, organization: 3, peer: 0 });
        for _ in 0..3 {
            assert!(!limits.presses("person", organization(1)).await);
        }
        assert!(limits.presses("person", organization(1)).await);
        assert!(!limits.presses("person", organization(2)).await);
        assert!(limits.presses("organization", organization(2)).await);
    }

    #[tokio::test]
    async fn zero_is_no_limit() {
        let limits = RateLimits::new(Rates::OFF);
        assert_eq!(allowed(&limits, &person("ada"), 500).await, 500);
        assert!(limits.take(person("ada")).await.told.is_none());
    }

    #[tokio::test]
    async fn keys_count_for_the_peer_until_they_are_known() {
        let limits = RateLimits::new(Rates::default());
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static("hdk_secret"));
        let ip = Some("2001:db8::7".parse().unwrap());
        let peer = vec![Subject::Peer("2001:db8::".parse().unwrap())];
        assert_eq!(limits.subjects(&headers, ip, None).await, peer);
        limits.recognize("hdk_other", organization(1), "other".to_owned()).await;
        assert_eq!(limits.subjects(&headers, ip, None).await, peer);
        limits.recognize("hdk_secret", organization(1), "key".to_owned()).await;
        assert_eq!(limits.subjects(&headers, ip, None).await, person("key"));
    }

    #[tokio::test]
    async fn who_floods_with_addresses_is_forgotten() {
        let limits = RateLimits::new(Rates::default());
        for number in 0..120_000_u32 {
            limits.take(vec![Subject::Peer(IpAddr::from(number.to_be_bytes()))]).await;
        }
        limits.peers.run_pending_tasks().await;
        assert!(limits.peers.entry_count() <= 100_000, "{}", limits.peers.entry_count());
    }
}
