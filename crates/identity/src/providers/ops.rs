//! Use cases of identity providers.

use db::{OnConstraint, TenantTx, platform::Organization, vault::Sealed};
use kernel::{Actor, AppError, AppResult, IdentityProviderId};
use serde_json::{Map, Value, json};
use web::{ApiResult, AppState, Body, Listing, PathId, Query, Read, RequestUri, Staff, Write};

use super::{
    model::{Provider, check_secret},
    store,
    wire::{CreateIdentityProvider, IdentityProviderOut, PatchIdentityProvider, ProviderQuery, TestedProvider},
};
use crate::{oidc, roles};

/// Where the secret is,
pub const SEALED: Sealed = Sealed { table: "identity_providers", id: "id", column: "client_secret" };
/// and as the vault knows it.
const COLUMN: &str = "identity_providers.client_secret";
/// Providers of one organization.
const MANY: usize = 20;

/// `GET identity-providers/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<ProviderQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let providers = store::list(&mut cx.tx, organization).await?;
    let providers = providers.into_iter().map(|provider| out(&cx.state, &cx.organization, provider)).collect();
    Ok(web::ok(&web::page_links(&listing, providers), None))
}

/// `GET identity-providers/{id}/`
pub async fn get(PathId(id): PathId<IdentityProviderId>, mut cx: Staff<Read>) -> ApiResult {
    let provider = load(&mut cx.tx, id).await?;
    Ok(web::ok(&out(&cx.state, &cx.organization, provider), None))
}

/// `POST identity-providers/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateIdentityProvider>) -> ApiResult {
    let (organization, now, state, actor) = (cx.organization.id, cx.tx.now(), cx.state.clone(), cx.actor.clone());
    if store::list(&mut cx.tx, organization).await?.len() >= MANY {
        return Err(AppError::conflict(format!("An organization has at most {MANY} identity providers.")).into());
    }
    let mut provider = Provider::new(cx.tx.id(), now);
    let (secret, input) = split(input);
    check_secret(&secret)?;
    provider.change(input, state.outbound.allowed(), now)?;
    save(&mut cx.tx, &state, &actor, &provider, Some(&secret)).await?;
    let entity = ("identity_provider", Some(provider.id.0));
    cx.tx.audit("identity_provider.created", entity, &(), &provider);
    let answer = web::created(&out(&state, &cx.organization, provider), None);
    cx.commit(answer).await
}

/// `PATCH identity-providers/{id}/`
pub async fn update(
    PathId(id): PathId<IdentityProviderId>,
    mut cx: Staff<Write>,
    Body(mut input): Body<PatchIdentityProvider>,
) -> ApiResult {
    let (now, state, actor) = (cx.tx.now(), cx.state.clone(), cx.actor.clone());
    let before = load(&mut cx.tx, id).await?;
    let secret = input.client_secret.take();
    secret.as_deref().map(check_secret).transpose()?;
    let mut provider = before.clone();
    provider.change(input, state.outbound.allowed(), now)?;
    save(&mut cx.tx, &state, &actor, &provider, secret.as_deref()).await?;
    let (old, mut new) = differences(&before, &provider);
    if secret.is_some() {
        new.insert("client_secret".to_owned(), json!("(changed)"));
    }
    if !new.is_empty() {
        cx.tx.audit("identity_provider.updated", ("identity_provider", Some(id.0)), &old, &new);
    }
    let answer = web::ok(&out(&state, &cx.organization, provider), None);
    cx.commit(answer).await
}

/// `DELETE identity-providers/{id}/`
pub async fn delete(PathId(id): PathId<IdentityProviderId>, mut cx: Staff<Write>) -> ApiResult {
    let organization = cx.organization.id;
    let provider = load(&mut cx.tx, id).await?;
    store::delete(&mut cx.tx, organization, id).await?;
    cx.tx.audit("identity_provider.deleted", ("identity_provider", Some(id.0)), &provider, &());
    cx.commit(web::no_content()).await
}

/// `POST identity-providers/{id}/test/`. No transaction is open while the provider is asked.
pub async fn test(PathId(id): PathId<IdentityProviderId>, mut cx: Staff<Write>) -> ApiResult {
    let provider = load(&mut cx.tx, id).await?;
    let (state, redirect_uri) = (cx.state.clone(), oidc::redirect_uri(&cx.state, &cx.organization));
    let released = cx.0.release().await?;
    let mut tested = TestedProvider {
        is_usable: false,
        problem: None,
        authorization_endpoint: None,
        token_endpoint: None,
        jwks_uri: None,
        algorithms: Vec::new(),
        keys: 0,
        redirect_uri,
    };
    match oidc::Metadata::fetch(&state, &provider.issuer).await {
        Err(problem) => tested.problem = Some(problem.to_string()),
        Ok(metadata) => {
            match metadata.keys(&state, false).await {
                Err(problem) => tested.problem = Some(problem.to_string()),
                Ok(keys) => tested.keys = keys.usable(&metadata.algorithms),
            }
            tested.is_usable = tested.keys > 0;
            if tested.keys == 0 && tested.problem.is_none() {
                tested.problem = Some("The provider has no key for these signatures.".to_owned());
            }
            tested.algorithms = metadata.algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
            tested.authorization_endpoint = Some(metadata.authorization_endpoint.into());
            tested.token_endpoint = Some(metadata.token_endpoint.into());
            tested.jwks_uri = Some(metadata.jwks_uri.into());
        }
    }
    released.reopen().await?.commit(web::ok(&tested, None)).await
}

/// The client secret of a provider.
pub async fn secret_of(tx: &mut TenantTx, state: &AppState, id: IdentityProviderId) -> AppResult<String> {
    let organization = tx.organization();
    let sealed = store::secret(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let secret = state.vault.open(tx, COLUMN, id.0, &sealed).await?;
    String::from_utf8(secret).map_err(|error| AppError::Internal(error.into()))
}

async fn load(tx: &mut TenantTx, id: IdentityProviderId) -> AppResult<Provider> {
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

async fn save(
    tx: &mut TenantTx,
    state: &AppState,
    actor: &Actor,
    provider: &Provider,
    secret: Option<&str>,
) -> AppResult<()> {
    // With each change: whoever changes the issuer decides who gets the role.
    if let Some(role) = &provider.default_role {
        roles::within_reach(tx, actor, role).await.map_err(|error| match error {
            AppError::Invalid(_) => AppError::invalid("default_role", "unknown", "There is no such role."),
            other => other,
        })?;
    }
    let sealed = match secret {
        Some(secret) => Some(state.vault.seal(tx, COLUMN, provider.id.0, secret.as_bytes()).await?),
        None => None,
    };
    let organization = tx.organization();
    let taken = || AppError::taken("name", "There is an identity provider of this name already.");
    store::save(tx, organization, provider, sealed.as_deref()).await.on_constraint("identity_providers_name_key", taken)
}

fn split(input: CreateIdentityProvider) -> (String, PatchIdentityProvider) {
    let rest = PatchIdentityProvider {
        name: Some(input.name),
        issuer: Some(input.issuer),
        client_id: Some(input.client_id),
        client_secret: None,
        scopes: input.scopes,
        is_active: input.is_active,
        customers: input.customers,
        create_users: input.create_users,
        default_role: Some(input.default_role),
        link_verified_email: input.link_verified_email,
        allowed_domains: Some(input.allowed_domains),
    };
    (input.client_secret, rest)
}

fn out(state: &AppState, organization: &Organization, provider: Provider) -> IdentityProviderOut {
    IdentityProviderOut {
        id: provider.id,
        name: provider.name,
        issuer: provider.issuer,
        client_id: provider.client_id,
        has_client_secret: true,
        scopes: provider.scopes,
        is_active: provider.is_active,
        customers: provider.customers,
        create_users: provider.create_users,
        default_role: provider.default_role,
        link_verified_email: provider.link_verified_email,
        allowed_domains: provider.allowed_domains,
        redirect_uri: oidc::redirect_uri(state, organization),
        created_at: provider.created_at,
        updated_at: provider.updated_at,
    }
}

/// The fields that differ, before and after.
fn differences(before: &Provider, after: &Provider) -> (Map<String, Value>, Map<String, Value>) {
    let fields = |provider: &Provider| match serde_json::to_value(provider) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (mut old, mut new) = (fields(before), fields(after));
    let same: Vec<String> =
        old.iter().filter(|(name, value)| new.get(*name) == Some(value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        old.remove(&name);
        new.remove(&name);
    }
    (old, new)
}
