//! Administrators act as somebody else, for a quarter of an hour and visibly in the audit log.
//!
//! The session has no refresh token and ends with the administrator's own. In it is allowed what
//! both may, without `Permission::NOT_AS_ANOTHER`.

use chrono::TimeDelta;
use kernel::{AppError, AppResult, CustomerId, Person, UserId};
use serde_json::json;
use web::{ApiResult, Body, PathId, Staff, Write, token::ACCESS_SECONDS};

use crate::{
    people,
    roles::check_reach,
    sessions::{
        ops::login::signed_in,
        store::{self, NewSession},
        wire::Impersonate,
    },
};

/// `POST users/{id}/impersonate/`
pub async fn user(PathId(id): PathId<UserId>, cx: Staff<Write>, Body(input): Body<Impersonate>) -> ApiResult {
    run(cx, Person::Staff(id), &input).await
}

/// `POST customers/{id}/impersonate/`
pub async fn customer(PathId(id): PathId<CustomerId>, cx: Staff<Write>, Body(input): Body<Impersonate>) -> ApiResult {
    run(cx, Person::Customer(id), &input).await
}

async fn run(mut cx: Staff<Write>, person: Person, input: &Impersonate) -> ApiResult {
    let (organization, state, caller) = (cx.organization.clone(), cx.state.clone(), cx.caller.clone());
    let target = people::target(&mut cx.tx, person).await?;
    let impersonator = own_session(&cx.actor)?;
    check_reach(&cx.actor, &target.reach)?;
    if person == cx.actor.person {
        return Err(AppError::conflict("You are this person already.").into());
    }
    if !target.is_active {
        return Err(AppError::conflict("This person is suspended.").into());
    }
    let reason = web::text("reason", &input.reason, 1, 500)?;
    let (session, now) = (cx.tx.id(), cx.tx.now());
    let new = NewSession {
        id: session,
        kind: person.kind(),
        person: target.id,
        user_agent: caller.user_agent.clone(),
        ip: caller.ip.map(|ip| ip.to_string()),
        expires_at: now + TimeDelta::seconds(ACCESS_SECONDS),
        impersonator: Some(impersonator),
    };
    store::insert(&mut cx.tx, organization.id, &new, now).await?;
    let action = if matches!(person, Person::Customer(_)) { "customer.impersonated" } else { "user.impersonated" };
    let after = json!({"reason": reason, "session": session});
    cx.tx.audit(action, (person.kind(), Some(target.id)), &(), &after);
    cx.0.tx.commit().await?;
    Ok(web::ok(&signed_in(&state, organization, session).await?, None))
}

/// Who impersonates, and the session that this one ends with.
fn own_session(actor: &kernel::Actor) -> AppResult<(UserId, kernel::SessionId)> {
    let own = actor.staff().zip(actor.session).filter(|_| actor.impersonator.is_none());
    own.ok_or_else(|| AppError::Forbidden("Only a member of staff who acts for themselves can do this.".to_owned()))
}
