//! What somebody of the staff sets for themselves.

use chrono::TimeDelta;
use db::{Mode, TenantTx, jobs::ClaimedJob};
use kernel::{AppError, AppResult, Permission, UserId};
use serde_json::json;
use web::{ApiResult, AppState, Body, IfMatch, Read, Staff, Write};

use crate::people::{
    AVAILABILITY_JOB,
    preferences::apply,
    store,
    wire::{MeOut, PatchMe},
};

/// `GET users/me/`
pub async fn get(mut cx: Staff<Read>) -> ApiResult {
    let (organization, id) = (cx.organization.id, cx.actor.staff().ok_or(AppError::NotFound)?);
    let me = store::me(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&me, me.user.version))
}

/// `PATCH users/me/`
pub async fn update(mut cx: Staff<Write>, if_match: IfMatch, Body(input): Body<PatchMe>) -> ApiResult {
    let id = cx.actor.staff().ok_or(AppError::NotFound)?;
    cx.actor.require(Permission::SelfWrite)?;
    let me = run(&mut cx.tx, id, if_match, input).await?;
    cx.commit(web::ok(&me, me.user.version)).await
}

async fn run(tx: &mut TenantTx, id: UserId, if_match: IfMatch, input: PatchMe) -> AppResult<MeOut> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization, id).await?;
    let old = store::me(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(old.user.version)?;
    let mut new = old.clone();
    if let Some(name) = &input.name {
        new.user.name = web::text("name", name, 1, 200)?;
    }
    if let Some(availability) = input.availability {
        if !["available", "busy", "away"].contains(&availability.as_str()) {
            let rule = "A person is available, busy or away.";
            return Err(AppError::invalid("availability", "invalid", rule));
        }
        (new.user.availability, new.user.availability_until) = (availability, None);
    }
    if let Some(Some(until)) = input.availability_until {
        let is_good = new.user.availability != "available" && until > now && until <= now + TimeDelta::days(366);
        if !is_good {
            let rule = "Whoever is busy or away can say until when, within a year.";
            return Err(AppError::invalid("availability_until", "invalid", rule));
        }
        new.user.availability_until = Some(until);
        tx.enqueue(AVAILABILITY_JOB, id.0, json!({ "user": id }), Some(until));
    } else if input.availability_until.is_some() {
        new.user.availability_until = None;
    }
    if let Some(patch) = input.preferences {
        new.preferences = apply(&old.preferences, patch)?;
    }
    store::update_me(tx, organization, &new, now).await?;
    let new = store::me(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("user.updated", ("user", Some(id.0)), &old, &new);
    Ok(new)
}

/// Runs the job [`AVAILABILITY_JOB`]: somebody is back.
pub async fn back(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let user: Option<UserId> = job.payload.get("user").and_then(|id| serde_json::from_value(id.clone()).ok());
    let user = user.ok_or_else(|| AppError::internal("the job names nobody"))?;
    let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
    let now = tx.now();
    if store::end_absence(&mut tx, job.organization, user, now).await? {
        let available = json!({ "availability": "available" });
        tx.audit("user.updated", ("user", Some(user.0)), &(), &available);
    }
    tx.commit().await
}
