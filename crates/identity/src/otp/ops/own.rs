//! Everybody's own second factor.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Person};
use serde_json::json;
use uuid::Uuid;
use web::{ApiResult, AppState, Body, Member, MemberContext, Read, Write};

use crate::{
    otp::{
        COLUMN, check, model, store, use_code,
        wire::{ConfirmOtp, OtpSetup, OtpState, Password, RecoveryCodes, RemoveOtp},
    },
    roles,
    sessions::{end_all, prove},
};

/// `GET auth/otp/`
pub async fn get(mut cx: Member<Read>) -> ApiResult {
    let (organization, actor) = (cx.organization.id, cx.actor.clone());
    let person = me(&actor)?;
    let factor = store::find(&mut cx.tx, organization, person).await?;
    let confirmed_at = factor.and_then(|factor| factor.confirmed_at);
    let recovery_codes_left = match confirmed_at {
        Some(_) => store::recovery_codes_left(&mut cx.tx, organization, person).await?,
        None => 0,
    };
    let required = is_required(&mut cx.tx, &actor).await?;
    let state = OtpState { enabled: confirmed_at.is_some(), required, confirmed_at, recovery_codes_left };
    Ok(web::ok(&state, None))
}

/// `POST auth/otp/setup/`
pub async fn setup(cx: Member<Write>, Body(input): Body<Password>) -> ApiResult {
    let mut cx = Box::pin(with_password(cx.0, input.password)).await?;
    let (actor, organization, state) = (cx.actor.clone(), cx.organization.clone(), cx.state.clone());
    let secret = begin(&mut cx.tx, &state, &actor).await?;
    let otpauth_uri = model::uri(&organization.name, &actor.email, &secret);
    cx.commit(web::ok(&OtpSetup { secret: model::base32(&secret), otpauth_uri }, None)).await
}

async fn begin(tx: &mut TenantTx, state: &AppState, actor: &Actor) -> AppResult<[u8; model::SECRET_BYTES]> {
    let (organization, now, person) = (tx.organization(), tx.now(), me(actor)?);
    let secret = tx.secret();
    let sealed = state.vault.seal(tx, COLUMN, person, &secret).await?;
    if !store::begin(tx, organization, (actor.person.kind(), person), &sealed, now).await? {
        return Err(AppError::conflict("A second factor is set up already; remove it first."));
    }
    tx.audit("otp.setup_started", (actor.person.kind(), Some(person)), &(), &());
    Ok(secret)
}

/// `POST auth/otp/confirm/`
pub async fn confirm(mut cx: Member<Write>, Body(input): Body<ConfirmOtp>) -> ApiResult {
    let (actor, organization, state) = (cx.actor.clone(), cx.organization.id, cx.state.clone());
    let (person, now) = (me(&actor)?, cx.tx.now());
    let factor = store::find(&mut cx.tx, organization, person).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_none()) else {
        return Err(AppError::conflict("There is nothing to confirm; begin with auth/otp/setup/.").into());
    };
    // The first statement that writes locks the row; whoever comes second finds it confirmed.
    if !use_code(&mut cx.tx, &state.vault, person, &factor, &input.code).await? {
        return Err(AppError::invalid("code", "wrong", "This is not the code of this moment.").into());
    }
    if !store::confirm(&mut cx.tx, organization, person, now).await? {
        return Err(AppError::conflict("The second factor is confirmed already.").into());
    }
    let codes = new_recovery_codes(&mut cx.tx, person).await?;
    end_all(&mut cx.tx, (actor.person.kind(), person), actor.session).await?;
    cx.tx.audit("otp.enabled", (actor.person.kind(), Some(person)), &(), &json!({"enabled": true}));
    cx.commit(web::ok(&codes, None)).await
}

/// `POST auth/otp/recovery-codes/`
pub async fn recovery_codes(cx: Member<Write>, Body(input): Body<Password>) -> ApiResult {
    let mut cx = Box::pin(with_password(cx.0, input.password)).await?;
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let person = me(&actor)?;
    let factor = store::find(&mut cx.tx, organization, person).await?;
    if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
        return Err(AppError::conflict("There is no second factor; begin with auth/otp/setup/.").into());
    }
    let codes = new_recovery_codes(&mut cx.tx, person).await?;
    cx.tx.audit("otp.recovery_codes_renewed", (actor.person.kind(), Some(person)), &(), &());
    cx.commit(web::ok(&codes, None)).await
}

/// `DELETE auth/otp/`
pub async fn remove(cx: Member<Write>, Body(input): Body<RemoveOtp>) -> ApiResult {
    let mut cx = Box::pin(with_password(cx.0, input.password)).await?;
    let (actor, organization, state) = (cx.actor.clone(), cx.organization.id, cx.state.clone());
    let person = me(&actor)?;
    if is_required(&mut cx.tx, &actor).await? {
        return Err(AppError::conflict("Your role requires a second factor.").into());
    }
    if let Some(code) = &input.code {
        let wrong = || AppError::invalid("code", "wrong", "The code is wrong, too old, or was used already.");
        let checked = check(&mut cx.tx, &state.vault, (actor.person.kind(), person), Some(code)).await;
        checked.map(drop).map_err(|error| if matches!(error, AppError::OtpWrong) { wrong() } else { error })?;
    }
    if store::delete(&mut cx.tx, organization, person).await? {
        end_all(&mut cx.tx, (actor.person.kind(), person), actor.session).await?;
        cx.tx.audit("otp.disabled", (actor.person.kind(), Some(person)), &json!({"enabled": true}), &());
    }
    cx.commit(web::no_content()).await
}

/// Keys and the product itself have no second factor.
fn me(actor: &Actor) -> AppResult<Uuid> {
    match actor.person {
        Person::Staff(id) => Ok(id.0),
        Person::Customer(id) => Ok(id.0),
        Person::Key(_) | Person::System => Err(AppError::Forbidden("This is for people.".to_owned())),
    }
}

async fn is_required(tx: &mut TenantTx, actor: &Actor) -> AppResult<bool> {
    match actor.person {
        Person::Staff(_) => Ok(roles::named(tx, &actor.role).await?.require_otp),
        _ => Ok(false),
    }
}

async fn new_recovery_codes(tx: &mut TenantTx, person: Uuid) -> AppResult<RecoveryCodes> {
    let (organization, now) = (tx.organization(), tx.now());
    let codes: Vec<String> = (0..model::RECOVERY_CODES).map(|_| model::recovery_code(tx.secret())).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().filter_map(|code| model::recovery_hash(code)).collect();
    store::replace_recovery_codes(tx, organization, person, &hashes, now).await?;
    Ok(RecoveryCodes { recovery_codes: codes })
}

/// Goes on once the caller's password was right.
async fn with_password(cx: MemberContext, given: String) -> AppResult<MemberContext> {
    let (released, attempt) = prove(cx, "password", given).await?;
    let mut cx = released.reopen().await?;
    let now = cx.tx.now();
    attempt.succeeded(&mut cx.tx, now).await?;
    Ok(cx)
}
