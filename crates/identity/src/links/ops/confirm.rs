//! Sets a password with a link. Signs nobody in: a second factor is asked for at sign-in.

use db::{
    Mode, TenantTx,
    attempts::{self, Attempt},
};
use kernel::{AppError, AppResult};
use web::{ApiResult, Body, Public};

use crate::{
    links::{
        model::{LinkToken, Purpose},
        store::{self, LinkRow, person_of},
        tell_password_changed,
        wire::ConfirmPassword,
    },
    password,
    sessions::set_password_now,
};

/// `POST auth/password/reset/confirm/`
pub async fn handler(public: Public, Body(input): Body<ConfirmPassword>) -> ApiResult {
    counted(&public, Box::pin(run(&public, input))).await?;
    Ok(web::no_content())
}

/// Links are not tried one after the other: those that are not good count for the peer.
pub async fn counted<T>(public: &Public, work: impl Future<Output = AppResult<T>>) -> AppResult<T> {
    let (attempt, db) = (Attempt::new(attempts::Purpose::Link, public.caller.ip), &public.state.db);
    attempt.check_alone(db).await?;
    let done = work.await;
    if matches!(&done, Err(AppError::Invalid(errors)) if errors.0.contains_key("token")) {
        attempt.failed_alone(db).await?;
    }
    done
}

async fn run(public: &Public, input: ConfirmPassword) -> AppResult<()> {
    let purposes = [Purpose::Invitation, Purpose::Reset];
    let (mut tx, link) = find(public, &input.token, &purposes, Mode::Read).await?;
    let organization = tx.organization();
    drop(tx);
    password::check("password", &input.password, &link.email)?;
    let hash = password::hash(input.password).await?;
    (tx, _) = find(public, &input.token, &purposes, Mode::Write).await?;
    let now = tx.now();
    if !store::use_up(&mut tx, organization, link.id, now).await? {
        return Err(bad());
    }
    let (Some(kind), Some(id)) = (&link.person_kind, link.person_id) else { return Err(bad()) };
    let person = person_of(kind, id);
    set_password_now(&mut tx, person, &hash).await?;
    store::end(&mut tx, organization, Some(id), Some(&link.email), now).await?;
    tell_password_changed(&mut tx, person);
    tx.commit().await
}

/// The same for every token that is not good here.
pub fn bad() -> AppError {
    AppError::invalid("token", "invalid", "This link is not valid, was used, or is too old.")
}

/// The open link of a token, if it is one of the host's organization and for one of these purposes.
pub async fn find(public: &Public, token: &str, purposes: &[Purpose], mode: Mode) -> AppResult<(TenantTx, LinkRow)> {
    let token = LinkToken::decode(token).ok_or_else(bad)?;
    if public.organization.as_ref().is_some_and(|host| host.id != token.organization) {
        return Err(bad());
    }
    let mut tx = match TenantTx::system(&public.state.db, token.organization, mode).await {
        Err(AppError::NotFound) => return Err(bad()),
        opened => opened?,
    };
    tx.act_as(public.caller.anonymous());
    let now = tx.now();
    let link = store::find_open(&mut tx, token.organization, (None, Some(&token.hash())), now).await?;
    let fits = |link: &LinkRow| Purpose::parse(&link.purpose).is_some_and(|purpose| purposes.contains(&purpose));
    Ok((tx, link.filter(fits).ok_or_else(bad)?))
}
