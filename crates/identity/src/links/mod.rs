//! One-time links that come by mail: invitations, password resets, proofs of an address.
//!
//! A link is good once, for one purpose, for a bounded time, and only while its person has the
//! address that it was made for. Its secret is derived from the installation's key and the link's
//! id, so it is nowhere in the database: rows hold its hash, queued mails a placeholder.
//! Strangers cause at most three such mails to one address in a day, and nothing they wrote is in them.
//!
//! Tables: `links`; reads `users` and `customers`. Permissions: none, whoever holds a link may use it.
//! Events: `link.created`, `password.changed`.

mod model;
mod ops;
mod store;
mod wire;

use chrono::{DateTime, Utc};
use db::{TenantTx, outbox::Event, platform::Organization, worker::Registry};
use kernel::{AppError, AppResult, LinkId, Person};
use serde_json::json;
use web::{Access, AppState, Keys, Route};

pub use model::{Asker, LinkMail};
use model::{LinkToken, Purpose};
pub use ops::register::{Registered, mail_registration, request_registration, use_registration};
use store::Bearer;
pub use store::{PersonRow, Registration};
pub use wire::Accepted;

/// A mail with a link is to be written: entity is the link, payload `{mail}` names the template.
pub const CREATED: &str = "link.created";
/// Somebody's password was changed: entity is the person.
pub const PASSWORD_CHANGED: &str = "password.changed";

/// The route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/auth/password/reset",
            Access::public(),
            "auth_password_reset",
            "Ask for a link that sets another password",
            ops::reset::handler,
        )
        .body::<wire::ResetPassword>()
        .ok::<Accepted>(202),
        Route::post(
            "/auth/password/reset/confirm",
            Access::public(),
            "auth_password_reset_confirm",
            "Set a password with a one-time link",
            ops::confirm::handler,
        )
        .body::<wire::ConfirmPassword>()
        .empty(204, "The password is set."),
    ]
}

/// Adds the jobs that look up who asked.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(ops::reset::JOB, move |job| {
        let state = state.clone();
        async move { ops::reset::run(&state, &job).await.map_err(Into::into) }
    });
}

/// A link that was just made. Its token is shown or mailed, and never stored.
#[derive(Debug)]
pub struct Link {
    /// The row.
    pub id: LinkId,
    /// What opens it.
    pub token: String,
}

impl Link {
    /// Where somebody sets a password with it.
    pub fn url(&self, state: &AppState, organization: &Organization) -> String {
        url(state, organization, Purpose::Invitation, &self.token)
    }
}

/// Always at the configured origin, whatever a request calls us. Browsers never send what is behind the `#`.
fn url(state: &AppState, organization: &Organization, purpose: Purpose, token: &str) -> String {
    format!("{}/{}#{token}", state.config.organization_url(&organization.slug), purpose.page())
}

/// Makes a link with which a person without a password sets one; earlier ones end.
/// 404 for nobody, 409 when the person is suspended or signs in already.
pub async fn invite(tx: &mut TenantTx, keys: &Keys, person: Person) -> AppResult<Link> {
    let (organization, now) = (tx.organization(), tx.now());
    let id = person.uuid().ok_or(AppError::NotFound)?;
    let person = store::find_person(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if !person.is_active {
        return Err(AppError::conflict("Somebody who is suspended cannot be invited."));
    }
    if person.is_set_up {
        return Err(AppError::conflict("This person has a password already and can ask for another one."));
    }
    store::end(tx, organization, Some(id), None, now).await?;
    let link = LinkId(tx.id());
    make(tx, keys, link, Purpose::Invitation, &Bearer::Person(person.person, &person.email)).await?;
    tx.audit("password_link.created", (person.person.kind(), Some(id)), &(), &());
    Ok(Link { id: link, token: LinkToken::of(keys, organization, link).encode() })
}

/// Makes such a link and mails it.
pub async fn invite_by_mail(tx: &mut TenantTx, keys: &Keys, person: Person) -> AppResult<Link> {
    let link = invite(tx, keys, person).await?;
    mail(tx, link.id, LinkMail::Invitation).await?;
    Ok(link)
}

async fn make(tx: &mut TenantTx, keys: &Keys, id: LinkId, purpose: Purpose, bearer: &Bearer<'_>) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    let hash = LinkToken::of(keys, organization, id).hash();
    Ok(store::insert(tx, organization, (id, &hash, purpose), bearer, now).await?)
}

/// Has the link mailed, once this transaction commits.
async fn mail(tx: &mut TenantTx, id: LinkId, mail: LinkMail) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    store::note_mailed(tx, organization, id, now).await?;
    tx.emit(Event { topic: CREATED, entity: id.0, payload: json!({ "mail": mail.as_str() }) });
    Ok(())
}

/// Mails a person a link that sets another password, unless the address got enough such mails
/// today; again with the same id is harmless.
async fn offer_reset(tx: &mut TenantTx, keys: &Keys, id: LinkId, person: &PersonRow, kind: LinkMail) -> AppResult<()> {
    if may_mail(tx, &person.email).await?
        && make(tx, keys, id, Purpose::Reset, &Bearer::Person(person.person, &person.email)).await?
    {
        mail(tx, id, kind).await?;
        let asked = json!({ "mail": kind.as_str() });
        tx.audit("password_reset.requested", (person.person.kind(), person.person.uuid()), &(), &asked);
    }
    Ok(())
}

async fn may_mail(tx: &mut TenantTx, email: &str) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    db::attempts::may_mail(tx, organization, email, now).await
}

/// A link as the mail that carries it needs it.
#[derive(Debug)]
pub struct OpenLink {
    /// To whom.
    pub email: String,
    /// The link itself.
    pub url: String,
}

/// The link, if it can still be used.
pub async fn open_link(
    tx: &mut TenantTx,
    state: &AppState,
    organization: &Organization,
    id: LinkId,
) -> AppResult<Option<OpenLink>> {
    let now = tx.now();
    let Some(row) = store::find_open(tx, organization.id, (Some(id), None), now).await? else { return Ok(None) };
    let purpose = Purpose::parse(&row.purpose).ok_or_else(|| AppError::internal("a link without a purpose"))?;
    let token = LinkToken::again(&state.keys, organization.id, id, &row.hash);
    Ok(token.map(|token| OpenLink { email: row.email, url: url(state, organization, purpose, &token.encode()) }))
}

/// Where a person is written to about their account; none when there is nobody active.
pub async fn address_of(tx: &mut TenantTx, person: uuid::Uuid) -> AppResult<Option<String>> {
    let organization = tx.organization();
    let found = store::find_person(tx, organization, person).await?;
    Ok(found.filter(|person| person.is_active).map(|person| person.email))
}

/// Ends the open links of a person.
pub(crate) async fn end_links(tx: &mut TenantTx, person: uuid::Uuid) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::end(tx, organization, Some(person), None, now).await?)
}

/// Ends everything that lets a person in: sessions and open links.
pub async fn end_access(tx: &mut TenantTx, person: uuid::Uuid) -> AppResult<()> {
    end_links(tx, person).await?;
    crate::sessions::end_all_sessions(tx, person).await
}

/// Forgets links that ended before a moment.
pub async fn prune(tx: &mut TenantTx, before: DateTime<Utc>) -> AppResult<()> {
    let organization = tx.organization();
    Ok(store::prune(tx, organization, before).await?)
}

/// Tells a person by mail that their password is another one now.
pub(crate) fn tell_password_changed(tx: &mut TenantTx, person: Person) {
    if let Some(id) = person.uuid() {
        tx.emit(Event { topic: PASSWORD_CHANGED, entity: id, payload: json!({}) });
    }
}
