//! Registration, as far as it is about links: who becomes a customer by it is `support`'s matter.

use db::{Mode, TenantTx};
use kernel::{AppError, AppResult, LinkId};
use uuid::Uuid;
use web::{AppState, Public};

use crate::links::{
    LinkMail, PersonRow, mail, make, may_mail,
    model::Purpose,
    offer_reset,
    ops::confirm::{bad, counted, find},
    store::{self, Bearer, Registration},
};

/// Keeps what somebody wants to register with, until its link is used. Nothing is looked up here.
pub async fn request_registration(
    tx: &mut TenantTx,
    state: &AppState,
    registration: &Registration,
) -> AppResult<LinkId> {
    let id = LinkId(tx.id());
    make(tx, &state.keys, id, Purpose::Registration, &Bearer::Registration(registration)).await?;
    Ok(id)
}

/// Somebody whose address is proven.
#[derive(Debug)]
pub enum Registered {
    /// Nobody has the address.
    New(Registration),
    /// Somebody has it; nothing of the registration counts.
    Known,
}

/// Mails the link of a registration, or tells the owner of a known address that it has an account.
/// `job` makes a second run harmless.
pub async fn mail_registration(tx: &mut TenantTx, state: &AppState, id: LinkId, job: Uuid) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let Some(link) = store::find_open(tx, organization, (Some(id), None), now).await? else { return Ok(()) };
    if link.mailed_at.is_some() {
        return Ok(());
    }
    match store::find_address(tx, organization, &link.email).await? {
        None if may_mail(tx, &link.email).await? => mail(tx, id, LinkMail::Registration).await,
        None => store::delete(tx, organization, id).await.map(|_| ()).map_err(AppError::from),
        Some(person) => {
            store::delete(tx, organization, id).await?;
            tell_known(tx, state, &person, LinkId(job)).await
        }
    }
}

async fn tell_known(tx: &mut TenantTx, state: &AppState, person: &PersonRow, id: LinkId) -> AppResult<()> {
    if person.is_active {
        offer_reset(tx, &state.keys, id, person, LinkMail::AccountExists).await?;
    }
    Ok(())
}

/// Uses the link of a registration up; with what it asked for, unless the address got an account
/// meanwhile: then its owner is mailed how to get in. 422 on `token` as for any bad link.
pub async fn use_registration(public: &Public, token: &str) -> AppResult<(TenantTx, Registered)> {
    let (mut tx, link) = Box::pin(counted(public, find(public, token, &[Purpose::Registration], Mode::Write))).await?;
    let (organization, now) = (tx.organization(), tx.now());
    if !store::use_up(&mut tx, organization, link.id, now).await? {
        return Err(bad());
    }
    store::end(&mut tx, organization, None, Some(&link.email), now).await?;
    if let Some(person) = store::find_address(&mut tx, organization, &link.email).await? {
        let id = LinkId(tx.id());
        tell_known(&mut tx, &public.state, &person, id).await?;
        return Ok((tx, Registered::Known));
    }
    let (Some(name), Some(password_hash)) = (link.name, link.password_hash) else { return Err(bad()) };
    Ok((tx, Registered::New(Registration { email: link.email, name, password_hash })))
}
