//! Asks for a link that sets another password. The request looks nothing up, so that its answer
//! and its time say nothing about the address; a job does the rest.

use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
    jobs::ClaimedJob,
    platform,
};
use kernel::{AppError, AppResult, LinkId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::{ApiResult, AppState, Body, Public};

use crate::links::{Accepted, Asker, LinkMail, offer_reset, store, wire::ResetPassword};

/// Finds out who asked and mails the link: payload [`Request`].
pub const JOB: &str = "account.reset";

/// What the job has to know.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    email: String,
    /// On the bare host.
    slug: Option<String>,
    asker: Asker,
}

/// `POST auth/password/reset/`
pub async fn handler(public: Public, Body(input): Body<ResetPassword>) -> ApiResult {
    let email = kernel::email::normalize(&input.email)
        .ok_or_else(|| AppError::invalid("email", "invalid", "This is not a mail address."))?;
    let asker = Asker::from(&public.caller);
    let (organization, slug) = match (&public.organization, input.organization) {
        (Some(host), wanted) if wanted.as_ref().is_none_or(|wanted| *wanted == host.slug) => (host.id, None),
        (None, wanted) if wanted.as_ref().is_none_or(|wanted| !wanted.contains('\0')) => (db::jobs::PLATFORM, wanted),
        _ => return Err(AppError::invalid("organization", "unknown", "This is not the slug of this host.").into()),
    };
    let (asked, db) = (Attempt::new(Purpose::Reset, public.caller.ip), &public.state.db);
    asked.check_alone(db).await?;
    asked.failed_alone(db).await?;
    db::jobs::queue(&public.state.db, organization, JOB, json!(Request { email, slug, asker })).await?;
    let detail = "If this address has an account here, a mail with a link is on its way.";
    Ok(web::accepted(&Accepted { detail }))
}

/// Mails the link, or does nothing: for unknown, suspended and removed people, and for those that
/// several organizations know when none is named.
pub async fn run(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let Request { email, slug, asker } =
        serde_json::from_value(job.payload.clone()).map_err(|error| AppError::Internal(error.into()))?;
    let organization = match &slug {
        _ if job.organization != db::jobs::PLATFORM => Some(job.organization),
        Some(slug) => platform::find_by_slug(&state.db, slug).await?.map(|organization| organization.id),
        None => match platform::of_login(&state.db, &email).await?.as_slice() {
            [only] => Some(only.id),
            _ => None,
        },
    };
    let Some(organization) = organization else { return Ok(()) };
    let mut tx = match TenantTx::system(&state.db, organization, Mode::Write).await {
        Err(AppError::NotFound | AppError::Suspended) => return Ok(()),
        opened => opened?,
    };
    tx.act_as(asker.into());
    match store::find_address(&mut tx, organization, &email).await?.filter(|person| person.is_active) {
        // The id of the job, so that the job may run again.
        Some(person) => offer_reset(&mut tx, &state.keys, LinkId(job.id.0), &person, LinkMail::PasswordReset).await?,
        None => return Ok(()),
    }
    tx.commit().await
}
