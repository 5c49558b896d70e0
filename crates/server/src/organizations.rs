//! Organizations come into being here, for the command line, the operators' API and the demo, and
//! are tidied up after.

use channels::mail::catcher::MailCatcher;
use db::{
    Mode, TenantTx,
    operators::By,
    platform::{self, Organization},
    removal::{self, Deletion},
};
use futures_util::TryStreamExt;
use identity::{
    domains,
    links::{Link, invite},
    organizations::check_slug,
    people::NewUser,
};
use kernel::{Actor, AppError, AppResult, OrganizationId, Person};
use object_store::{ObjectStoreExt, path::Path};
use web::AppState;

use crate::compose;

/// What somebody wants to be made.
#[derive(Debug, Clone)]
pub struct New {
    /// First label of its host name.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Whether its rows get a schema of their own.
    pub own_schema: bool,
    /// A host name that is known to belong to it.
    pub domain: Option<String>,
    /// Its owner.
    pub admin_email: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Made {
    /// The organization, new or as it was.
    pub organization: Organization,
    /// Whether it is new.
    pub is_new: bool,
    /// The one-time link with which a new owner sets a password.
    pub link: Option<Link>,
}

/// What can be said without the database; brings names into the form in which they are stored.
pub fn check(mut new: New, base_domain: &str) -> AppResult<New> {
    check_slug(&new.slug)?;
    new.name = web::text("name", &new.name, 1, 200)?;
    if let Some(domain) = &mut new.domain {
        *domain = domains::normalize(domain, base_domain)?;
    }
    if let Some(email) = &mut new.admin_email {
        let sentence = format!("{email:?} is not a mail address.");
        *email =
            kernel::email::normalize(email).ok_or_else(|| AppError::invalid("admin_email", "invalid", sentence))?;
    }
    Ok(new)
}

/// Makes an organization with the rows that each one starts with. One that exists stays as it is;
/// what an interrupted call left half-made is finished, unless it is suspended.
pub async fn create(state: &AppState, by: &By, new: &New) -> AppResult<Made> {
    let (organization, is_new) = ensure(state, by, &new.slug, &new.name, new.own_schema).await?;
    let link = if organization.status == "active" {
        provision(state, &organization, new.admin_email.as_deref()).await?
    } else {
        None
    };
    if let Some(domain) = &new.domain {
        platform::add_domain(&state.db, by, &organization, domain).await?;
    }
    Ok(Made { organization, is_new, link })
}

/// The rows of a new organization and its owner, all or nothing; the owner's one-time link.
async fn provision(state: &AppState, organization: &Organization, owner: Option<&str>) -> AppResult<Option<Link>> {
    let mut tx = TenantTx::system(&state.db, organization.tenant(), Mode::Write).await?;
    let is_new = compose::provision(&mut tx, organization, &state.config).await?;
    let link = match owner {
        Some(email) if is_new => {
            let name = email.split('@').next().unwrap_or(email).to_owned();
            let new = NewUser { email: email.to_owned(), name, role: "owner".to_owned(), password_hash: None };
            let user = identity::people::create(&mut tx, &Actor::system(organization.id), new).await?;
            Some(invite(&mut tx, &state.keys, Person::Staff(user.id)).await?)
        }
        _ => None,
    };
    tx.commit().await?;
    Ok(link)
}

/// The organization of this slug, and whether it is new. Its schema exists before
/// anybody can find it.
pub async fn ensure(
    state: &AppState,
    by: &By,
    slug: &str,
    name: &str,
    own_schema: bool,
) -> AppResult<(Organization, bool)> {
    let db = &state.db;
    if let Some(known) = platform::find_by_slug(db, slug).await? {
        return Ok((known, false));
    }
    // Before a schema is made for it.
    platform::check_looks(db, slug).await?;
    let id: OrganizationId = db.ids.id();
    removal::check_name(db, removal::Name::Slug, slug, id).await?;
    let schema_name = if own_schema { format!("t_{}", kernel::id::encode(id.0)) } else { "shared".to_owned() };
    let new = Organization {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        schema_name,
        status: "active".to_owned(),
        placement_version: 1,
    };
    if own_schema {
        db::provision_schema(&state.owner.0, &new.schema_name).await?;
    }
    match platform::insert(db, by, &new).await {
        Ok(()) => Ok((new, true)),
        // Somebody else was faster.
        Err(error @ AppError::Conflict(..)) => {
            let known = platform::find_by_slug(db, slug).await?.ok_or(error)?;
            Ok((known, false))
        }
        Err(error) => Err(error),
    }
}

/// Finishes what could not be finished when it was begun: moves whose process was killed or whose
/// old rows somebody still read, and deletions whose time has come.
pub async fn settle(state: &AppState) -> AppResult<()> {
    db::placement::finish_moves(&state.db, &state.owner.0).await?;
    for deletion in removal::deletions(&state.db).await? {
        if deletion.delete_after <= state.db.now() {
            match remove(state, &deletion).await {
                Err(AppError::Conflict(sentence, _)) => tracing::warn!(slug = deletion.slug, "{sentence}"),
                done => done?,
            }
        }
    }
    removal::free_names(&state.db).await
}

/// Removes everything of an organization whose time has come. Killed half-way it is done again by [`settle`].
pub async fn remove(state: &AppState, deletion: &Deletion) -> AppResult<()> {
    let id = deletion.organization;
    removal::remove_rows(&state.db, &state.owner.0, id).await?;
    // Its files, and the signed ends of its audit log.
    let name = kernel::id::encode(id.0);
    for folder in [name.clone(), format!("audit/{name}")] {
        let mut objects = state.files.list(Some(&Path::from(folder)));
        while let Some(object) = objects.try_next().await.map_err(|error| AppError::Internal(error.into()))? {
            match state.files.delete(&object.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(AppError::Internal(error.into())),
            }
        }
    }
    let catcher = MailCatcher::new(state.config.data_dir.join("mail-catcher"));
    catcher.remove(&deletion.slug).map_err(|error| AppError::Internal(error.into()))?;
    removal::forget(&state.db, id).await?;
    tracing::info!(organization = %id, slug = deletion.slug, "an organization was removed");
    Ok(())
}
