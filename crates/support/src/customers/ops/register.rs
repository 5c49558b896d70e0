//! Customers who open an account by themselves. Nobody is a customer before the mailed link is
//! used, and nothing about the address is looked up before the answer: a job does that.

use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
    jobs::ClaimedJob,
    platform::Organization,
};
use identity::facade::{self, Accepted, Registered, Registration};
use kernel::{AppError, AppResult, CustomerId, LinkId, Person};
use serde_json::json;
use web::{ApiResult, AppState, Body, Public};

use super::{check_email, check_name, create::insert};
use crate::customers::{
    store::Fields,
    wire::{ConfirmRegistration, Register},
};

/// Finds out whether the address is known and mails the link: payload `{link}`.
pub const JOB: &str = "account.register";

/// `POST auth/register/`
pub async fn handler(public: Public, Body(input): Body<Register>) -> ApiResult {
    let email = check_email("email", &input.email)?;
    let name = check_name(&input.name)?;
    facade::check_password("password", &input.password, &email)?;
    let organization = organization(&public, input.organization.as_deref()).await?;
    let (asked, db) = (Attempt::new(Purpose::Register, public.caller.ip), &public.state.db);
    asked.check_alone(db).await?;
    asked.failed_alone(db).await?;
    let mut tx = public.open(&organization, Mode::Read).await?;
    if !facade::settings(&mut tx).await?.customer_registration {
        let sentence = "This organization opens accounts for its customers itself.";
        return Err(AppError::Forbidden(sentence.to_owned()).into());
    }
    drop(tx);
    let password_hash = facade::hash_password(input.password).await?;
    let mut tx = public.open(&organization, Mode::Write).await?;
    let link =
        facade::request_registration(&mut tx, &public.state, &Registration { email, name, password_hash }).await?;
    tx.enqueue(JOB, link.0, json!({ "link": link }), None);
    tx.audit("registration.requested", ("link", Some(link.0)), &(), &());
    tx.commit().await?;
    Ok(web::accepted(&Accepted { detail: "A mail that says how to go on is on its way to this address." }))
}

/// The host's, or the one that is named; there is no other way to know where somebody new belongs.
async fn organization(public: &Public, wanted: Option<&str>) -> AppResult<Organization> {
    let unknown = || AppError::invalid("organization", "unknown", "There is no such organization.");
    match (&public.organization, wanted) {
        (Some(host), wanted) if wanted.is_none_or(|wanted| wanted == host.slug) => Ok(host.clone()),
        (None, Some(slug)) if !slug.contains('\0') => {
            db::platform::find_by_slug(&public.state.db, slug).await?.ok_or_else(unknown)
        }
        (None, None) => {
            Err(AppError::invalid("organization", "required", "Name the organization to open an account at."))
        }
        _ => Err(unknown()),
    }
}

/// Runs the job: a mail with the link, or a mail to somebody who has an account already.
pub async fn run(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let link: Option<LinkId> = job.payload.get("link").and_then(|id| serde_json::from_value(id.clone()).ok());
    let link = link.ok_or_else(|| AppError::internal("the job names no link"))?;
    let mut tx = match TenantTx::system(&state.db, job.organization, Mode::Write).await {
        Err(AppError::NotFound | AppError::Suspended) => return Ok(()),
        opened => opened?,
    };
    facade::mail_registration(&mut tx, state, link, job.id.0).await?;
    tx.commit().await
}

/// `POST auth/register/confirm/`
pub async fn confirm(public: Public, Body(input): Body<ConfirmRegistration>) -> ApiResult {
    let (mut tx, registered) = Box::pin(facade::use_registration(&public, &input.token)).await?;
    let created = match registered {
        Registered::New(registration) => create(&mut tx, &registration).await?,
        Registered::Known => None,
    };
    tx.commit().await?;
    match created {
        Some(_) => Ok(web::no_content()),
        None => {
            let sentence = "This address has an account by now; a mail that says how to get in is on its way.";
            Err(AppError::conflict(sentence).into())
        }
    }
}

async fn create(tx: &mut TenantTx, registration: &Registration) -> AppResult<Option<CustomerId>> {
    let Registration { email, name, password_hash } = registration;
    let Some(id) = insert(tx, &Fields { email, name, phone: None, company: None }).await? else { return Ok(None) };
    facade::set_password_now(tx, Person::Customer(id), password_hash).await?;
    tx.audit("customer.registered", ("customer", Some(id.0)), &(), &json!({ "email": email, "name": name }));
    Ok(Some(id))
}
