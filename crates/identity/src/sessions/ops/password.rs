//! Another password, by somebody who knows the present one.

use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
};
use kernel::{AppError, AppResult};
use web::{ApiResult, Body, Member, MemberContext, Released, Write};

use crate::{
    links, password,
    sessions::{store, wire::ChangePassword, write_password},
};

/// `POST auth/password/change/`. No transaction is open while passwords are hashed.
pub async fn handler(cx: Member<Write>, Body(input): Body<ChangePassword>) -> ApiResult {
    let (organization, person) = (cx.organization.id, cx.actor.person.uuid().ok_or(AppError::NotFound)?);
    let (released, attempt) = prove(cx.0, "current_password", input.current_password.clone()).await?;
    password::check("new_password", &input.new_password, &released.actor.email)?;
    if input.new_password == input.current_password {
        return Err(AppError::invalid("new_password", "unchanged", "This is the password you have.").into());
    }
    let hash = password::hash(input.new_password).await?;
    // The session is checked anew: it may have been ended by a reset meanwhile.
    let mut cx = released.reopen().await?;
    let (actor, now) = (cx.actor.clone(), cx.tx.now());
    attempt.succeeded(&mut cx.tx, now).await?;
    write_password(&mut cx.tx, actor.person, &hash).await?;
    store::revoke_all(&mut cx.tx, organization, person, actor.session, now).await?;
    links::end_links(&mut cx.tx, person).await?;
    links::tell_password_changed(&mut cx.tx, actor.person);
    cx.commit(web::no_content()).await
}

/// Goes on once the caller's password was right, with no transaction open; else 422 on `field`.
/// Somebody at a screen that is not theirs guesses as if they signed in: bad tries count like those.
pub async fn prove(mut cx: MemberContext, field: &'static str, given: String) -> AppResult<(Released, Attempt)> {
    let attempt = Attempt::new(Purpose::SignIn, cx.caller.ip).of(Some(cx.organization.id), &cx.actor.email);
    let (organization, person, now) = (cx.organization.id, cx.actor.person.uuid(), cx.tx.now());
    attempt.check(&mut cx.tx, now).await?;
    let present = store::password_of(&mut cx.tx, organization, person.ok_or(AppError::NotFound)?).await?;
    let released = cx.release().await?;
    if !password::verify(given, present).await? {
        refused(&released, &attempt).await?;
        return Err(AppError::invalid(field, "wrong", "This is not your password."));
    }
    Ok((released, attempt))
}

/// A wrong password counts, and is on record.
async fn refused(who: &Released, attempt: &Attempt) -> AppResult<()> {
    let mut tx = TenantTx::system(&who.state.db, who.organization.id, Mode::Write).await?;
    tx.act_as(who.caller.origin(&who.actor));
    tx.audit("password.refused", (who.actor.person.kind(), who.actor.person.uuid()), &(), &());
    let now = tx.now();
    let failed = attempt.failed(&mut tx, now).await?;
    tx.commit().await?;
    failed.answer()
}
