//! Sign-in of operators, on the bare host only.

use db::{
    attempts::{Attempt, Purpose},
    operators,
};
use kernel::{AppError, OrganizationId};
use uuid::Uuid;
use web::{ApiResult, Body, Public, token};

use crate::{
    password,
    sessions::wire::{OperatorLogin, OperatorSignedIn},
};

/// `POST platform/auth/login/`
pub async fn handler(public: Public, Body(input): Body<OperatorLogin>) -> ApiResult {
    if public.organization.is_some() {
        return Err(AppError::NotFound.into());
    }
    let db = &public.state.db;
    let email = kernel::email::normalize(&input.email).unwrap_or_else(|| input.email.trim().to_lowercase());
    let attempt = Attempt::new(Purpose::OperatorSignIn, public.caller.ip).of(None, &email);
    attempt.check_alone(db).await?;
    let known = operators::find_operator(db, &email).await?;
    let fits = password::verify(input.password, known.as_ref().map(|(_, hash)| hash.clone())).await?;
    let (true, Some((operator, _))) = (fits, known) else {
        attempt.failed_alone(db).await?;
        return Err(AppError::Unauthenticated("The address or the password is wrong.".to_owned()).into());
    };
    attempt.succeeded_alone(db).await?;
    let session = operators::insert_operator_session(db, operator, db.now() + chrono::TimeDelta::hours(12)).await?;
    let nobody = OrganizationId(Uuid::nil());
    let claims = token::Claims::new(operator.to_string(), nobody, session, token::Audience::Platform, db.now());
    let access = public.state.signing.sign(&claims)?;
    Ok(web::ok(&OperatorSignedIn { access, expires_in: token::ACCESS_SECONDS }, None))
}
