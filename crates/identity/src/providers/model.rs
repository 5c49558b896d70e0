//! A provider's settings and what they must be. Pure.

use chrono::{DateTime, Utc};
use kernel::{AppError, AppResult, FieldErrors, IdentityProviderId};
use serde::Serialize;
use web::outbound::{Allowed, http_url};

use super::wire::PatchIdentityProvider;

/// A provider, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    #[serde(skip)]
    pub id: IdentityProviderId,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    pub is_active: bool,
    pub customers: bool,
    pub create_users: bool,
    pub default_role: Option<String>,
    pub link_verified_email: bool,
    pub allowed_domains: Vec<String>,
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Provider {
    /// A new one, before anything is set.
    pub fn new(id: IdentityProviderId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            name: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            is_active: true,
            customers: false,
            create_users: false,
            default_role: None,
            link_verified_email: false,
            allowed_domains: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Sets what was given and checks all of it. A plain http issuer is for hosts that the operator
    /// allowed: anybody on the way could sign in as anybody.
    pub fn change(&mut self, input: PatchIdentityProvider, operator: &Allowed, now: DateTime<Utc>) -> AppResult<()> {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut self.name, input.name.map(|name| web::text("name", &name, 1, 100)).transpose()?);
        set(&mut self.client_id, input.client_id.map(|id| web::text("client_id", &id, 1, 500)).transpose()?);
        set(&mut self.issuer, input.issuer.map(|issuer| web::text("issuer", &issuer, 1, 500)).transpose()?);
        set(&mut self.scopes, input.scopes);
        set(&mut self.is_active, input.is_active);
        set(&mut self.customers, input.customers);
        set(&mut self.create_users, input.create_users);
        set(&mut self.link_verified_email, input.link_verified_email);
        set(&mut self.allowed_domains, input.allowed_domains);
        if let Some(role) = input.default_role {
            self.default_role = role.filter(|role| !role.is_empty());
        }
        self.allowed_domains.iter_mut().for_each(|domain| *domain = domain.trim().to_lowercase());
        self.updated_at = now;
        self.check(operator)
    }

    fn check(&self, operator: &Allowed) -> AppResult<()> {
        let mut errors = FieldErrors::default();
        let issuer = http_url(&self.issuer).ok().filter(|url| url.query().is_none() && url.fragment().is_none());
        if !issuer.is_some_and(|url| url.scheme() == "https" || operator.names(&url)) {
            errors.add("issuer", "invalid", "An issuer is an https address without ? and #.");
        }
        let is_scope = |scope: &String| {
            (1..=100).contains(&scope.len()) && scope.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b))
        };
        if self.scopes.len() > 20 || !self.scopes.iter().all(is_scope) || !self.scopes.iter().any(|s| s == "openid") {
            errors.add("scopes", "invalid", "Up to 20 words, among them openid.");
        }
        let is_domain = |domain: &String| kernel::email::normalize(&format!("a@{domain}")).is_some();
        if self.allowed_domains.len() > 100 || !self.allowed_domains.iter().all(is_domain) {
            errors.add("allowed_domains", "invalid", "Up to 100 domains such as example.org.");
        }
        let adds_staff = self.create_users && !self.customers;
        if self.allowed_domains.is_empty() && (adds_staff || self.link_verified_email) {
            let message = "Name the domains whose addresses may be linked, or added as staff.";
            errors.add("allowed_domains", "required", message);
        }
        match &self.default_role {
            None if adds_staff => errors.add("default_role", "required", "Say which role new staff gets."),
            Some(role) if role == "customer" => {
                errors.add("default_role", "invalid", "Staff is not made of customers.")
            }
            _ => {}
        }
        errors.finish()
    }

    /// `user` or `customer`: whom it signs in.
    pub fn person_kind(&self) -> &'static str {
        if self.customers { "customer" } else { "user" }
    }

    /// Whether somebody with this (verified, normalized) address may be added or linked.
    pub fn allows(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        self.allowed_domains.is_empty() || self.allowed_domains.iter().any(|allowed| allowed == domain)
    }
}

/// 422 on `client_secret` unless it can be one.
pub fn check_secret(secret: &str) -> AppResult<()> {
    if (1..=1_000).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        Ok(())
    } else {
        Err(AppError::invalid("client_secret", "invalid", "A client secret has 1 to 1000 plain characters."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(input: PatchIdentityProvider) -> AppResult<Provider> {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut provider = Provider::new(IdentityProviderId(uuid::Uuid::from_u128(1)), now);
        let input = PatchIdentityProvider { issuer: input.issuer.or(Some("https://idp.example".into())), ..input };
        provider.change(input, &Allowed::parse("127.0.0.1").unwrap(), now)?;
        Ok(provider)
    }

    #[test]
    fn settings_that_would_open_the_door_are_refused() {
        let patch = PatchIdentityProvider::default;
        let domains = || Some(vec!["Example.ORG".to_owned()]);
        assert!(changed(patch()).is_ok());
        assert!(changed(PatchIdentityProvider { issuer: Some("http://127.0.0.1:9/x".into()), ..patch() }).is_ok());
        for issuer in ["http://idp.example", "https://a:b@idp.example", "https://idp.example?x", "ftp://x", "idp"] {
            assert!(changed(PatchIdentityProvider { issuer: Some(issuer.into()), ..patch() }).is_err(), "{issuer}");
        }
        let staff =
            || PatchIdentityProvider { create_users: Some(true), default_role: Some(Some("agent".into())), ..patch() };
        assert!(changed(staff()).is_err());
        assert!(changed(PatchIdentityProvider { allowed_domains: domains(), ..staff() }).is_ok());
        let no_role = PatchIdentityProvider { allowed_domains: domains(), default_role: None, ..staff() };
        assert!(changed(no_role).is_err());
        assert!(changed(PatchIdentityProvider { link_verified_email: Some(true), ..patch() }).is_err());
        assert!(changed(PatchIdentityProvider { customers: Some(true), ..staff() }).is_ok());
        for scopes in [vec!["email"], vec!["openid", "a b"], vec!["openid", ""]] {
            let scopes = Some(scopes.into_iter().map(str::to_owned).collect());
            assert!(changed(PatchIdentityProvider { scopes, ..patch() }).is_err());
        }
    }

    #[test]
    fn domains_are_compared_as_a_whole() {
        let domains = Some(vec!["Example.ORG".to_owned()]);
        let provider = changed(PatchIdentityProvider { allowed_domains: domains, ..Default::default() }).unwrap();
        assert!(provider.allows("ada@example.org"));
        assert!(!provider.allows("ada@example.org.evil.example") && !provider.allows("ada@x.example.org"));
    }
}
