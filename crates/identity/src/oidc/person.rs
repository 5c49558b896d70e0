//! Who an identity is here: somebody it is linked to, somebody whose verified address it has, or
//! somebody new; as far as the provider's settings allow.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, IdentityId, RoleKey};
use serde_json::json;
use uuid::Uuid;

use super::{
    claims::Profile,
    store::{self, NewIdentity, PersonRow},
};
use crate::{
    links::end_access,
    people::{self, NewUser},
    providers::Provider,
    roles,
};

/// What a provider proved.
#[derive(Debug)]
pub struct Proven {
    /// Issuer and subject: the identity.
    pub issuer: String,
    pub subject: String,
    pub profile: Profile,
}

/// The person who signs in; links or adds them where that is allowed.
pub async fn who(tx: &mut TenantTx, provider: &Provider, proven: &Proven) -> AppResult<PersonRow> {
    let (organization, now, kind) = (tx.organization(), tx.now(), provider.person_kind());
    let known = store::find_identity(tx, organization, provider.id, (&proven.issuer, &proven.subject)).await?;
    if let Some(identity) = known {
        // A provider that changed from staff to customers, or back, signs in neither.
        if identity.person_kind != kind {
            return Err(unknown());
        }
        let person = store::find_person(tx, organization, kind, Some(identity.person_id), None).await?;
        store::note_use(tx, organization, identity.id, now).await?;
        return confirmed(tx, person.ok_or_else(unknown)?, proven).await;
    }
    let email = proven.profile.verified_email().filter(|email| provider.allows(email)).ok_or_else(unknown)?;
    let person = match store::find_person(tx, organization, kind, None, Some(&email)).await? {
        Some(person) => found_by_address(tx, provider, person, proven).await?,
        None => new(tx, provider, &email, &proven.profile.shown_name(&email)).await?,
    };
    link(tx, provider, proven, (kind, person.id), Some(&email)).await?;
    store::find_person(tx, organization, kind, Some(person.id), None).await?.ok_or_else(unknown)
}

/// Links the identity to somebody who asked for it.
pub async fn link(
    tx: &mut TenantTx,
    provider: &Provider,
    proven: &Proven,
    person: (&str, Uuid),
    email: Option<&str>,
) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: IdentityId = tx.id();
    let new =
        NewIdentity { id, provider: provider.id, issuer: &proven.issuer, subject: &proven.subject, person, email };
    store::insert_identity(tx, organization, &new, now)
        .await
        .on_constraint("identities_subject_key", || AppError::conflict("This identity is linked already."))?;
    let told = json!({"provider": provider.name, "person": kernel::id::wire(person.0, person.1), "email": email});
    tx.audit("identity.linked", ("identity", Some(id.0)), &(), &told);
    Ok(())
}

/// Somebody who is here already is linked only where the provider may, and never when more than
/// the provider's word is at stake: whoever sets up providers must not become an owner by it.
async fn found_by_address(
    tx: &mut TenantTx,
    provider: &Provider,
    person: PersonRow,
    proven: &Proven,
) -> AppResult<PersonRow> {
    let is_mighty = match provider.customers {
        true => false,
        false => {
            let harmless = RoleKey::Manager.permissions();
            let role = roles::named(tx, &person.role).await?;
            role.permissions.iter().any(|permission| !harmless.contains(permission))
        }
    };
    if !provider.link_verified_email || is_mighty || !person.is_active {
        let sentence = "There is an account with this address: sign in with its password, and link the provider there.";
        return Err(AppError::Forbidden(sentence.to_owned()));
    }
    confirmed(tx, person, proven).await
}

/// A customer whose address is not proven yet signs in only when the provider proves that very
/// address. Somebody may have taken it before its owner came: password, links and sessions end.
async fn confirmed(tx: &mut TenantTx, person: PersonRow, proven: &Proven) -> AppResult<PersonRow> {
    if !person.is_verified {
        if proven.profile.verified_email().as_deref() != Some(person.email.as_str()) {
            return Err(unknown());
        }
        let (organization, now) = (tx.organization(), tx.now());
        store::claim_customer(tx, organization, person.id, now).await?;
        end_access(tx, person.id).await?;
    }
    Ok(person)
}

async fn new(tx: &mut TenantTx, provider: &Provider, email: &str, name: &str) -> AppResult<PersonRow> {
    let organization = tx.organization();
    if !provider.create_users {
        return Err(unknown());
    }
    let id = if provider.customers {
        // As with registration: an address of staff does not become a customer by itself.
        if store::find_person(tx, organization, "user", None, Some(email)).await?.is_some() {
            return Err(unknown());
        }
        let (id, now) = (tx.id(), tx.now());
        store::insert_customer(tx, organization, id, (email, name), now).await?;
        people::note_login(tx, organization, email).await?;
        tx.audit("customer.created", ("customer", Some(id)), &(), &json!({"email": email, "provider": provider.name}));
        id
    } else {
        let role = provider.default_role.clone().ok_or_else(unknown)?;
        let new = NewUser { email: email.to_owned(), name: name.to_owned(), role, password_hash: None };
        // A role that is gone by now lets nobody in.
        let added = people::create(tx, &Actor::system(organization), new).await.map_err(|error| match error {
            AppError::Invalid(_) => unknown(),
            other => other,
        })?;
        added.id.0
    };
    store::find_person(tx, organization, provider.person_kind(), Some(id), None).await?.ok_or_else(unknown)
}

/// One answer for everybody who is not let in.
pub fn unknown() -> AppError {
    AppError::Forbidden("Nobody here signs in with this identity.".to_owned())
}
