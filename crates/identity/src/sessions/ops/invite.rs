//! One-time links with which somebody sets their password.

use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
};
use kernel::{AppError, AppResult, Person};
use uuid::Uuid;
use web::{ApiResult, Body, Public};

use crate::{
    password,
    sessions::{
        model::{INVITATION_LIFE, LinkToken},
        store,
        wire::ConfirmPassword,
    },
};

/// Makes a link's token for a person; good for seven days and one use.
pub async fn invite(tx: &mut TenantTx, person: Person) -> AppResult<String> {
    let (organization, now) = (tx.organization(), tx.now());
    let token = LinkToken::new(organization, tx.secret());
    let id = person.uuid().ok_or_else(|| AppError::internal("the system has no password"))?;
    store::insert_invitation(tx, organization, &token.hash(), (person.kind(), id), now, now + INVITATION_LIFE).await?;
    tx.audit("password_link.created", (person.kind(), Some(id)), &(), &());
    Ok(token.encode())
}

/// Sets a password that passed [`password::check`]; `hash` is its hash.
pub async fn set_password_now(tx: &mut TenantTx, person: Person, hash: &str) -> AppResult<()> {
    let id = person.uuid().ok_or_else(|| AppError::internal("the system has no password"))?;
    set(tx, person.kind(), id, hash).await
}

async fn set(tx: &mut TenantTx, kind: &str, person: Uuid, hash: &str) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let kind = if kind == "customer" { "customer" } else { "user" };
    match kind {
        "customer" => store::set_customer_password(tx, organization, person, hash, now).await?,
        _ => store::set_user_password(tx, organization, person, hash, now).await?,
    }
    tx.audit("password.set", (kind, Some(person)), &(), &());
    store::revoke_all(tx, organization, person, now).await?;
    Ok(())
}

/// `POST auth/password/reset/confirm/`
pub async fn confirm(public: Public, Body(input): Body<ConfirmPassword>) -> ApiResult {
    let (attempt, db) = (Attempt::new(Purpose::Link, public.caller.ip), &public.state.db);
    attempt.check_alone(db).await?;
    if run(&public, input).await? {
        return Ok(web::no_content());
    }
    attempt.failed_alone(db).await?;
    Err(AppError::invalid("token", "invalid", "This link is not valid, was used, or is too old.").into())
}

/// Whether the link was good.
async fn run(public: &Public, input: ConfirmPassword) -> AppResult<bool> {
    let Some(token) = LinkToken::decode(&input.token) else { return Ok(false) };
    if public.organization.as_ref().is_some_and(|host| host.id != token.organization) {
        return Ok(false);
    }
    let opened = TenantTx::system(&public.state.db, token.organization, Mode::Read).await;
    let mut tx = match opened {
        Err(AppError::NotFound) => return Ok(false),
        other => other?,
    };
    let now = tx.now();
    let known = store::find_invitation(&mut tx, token.organization, &token.hash(), now).await?;
    drop(tx);
    let Some((kind, person, email)) = known else { return Ok(false) };
    password::check(&input.password, &email)?;
    let hash = password::hash(input.password).await?;
    let mut tx = TenantTx::system(&public.state.db, token.organization, Mode::Write).await?;
    tx.act_as(public.caller.anonymous());
    let now = tx.now();
    if !store::use_invitation(&mut tx, token.organization, &token.hash(), now).await? {
        return Ok(false);
    }
    set(&mut tx, &kind, person, &hash).await?;
    tx.commit().await?;
    Ok(true)
}
