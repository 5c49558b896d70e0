//! The end of an SLA policy, and how it is undone.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, SlaPolicyId};
use web::{ApiResult, IfMatch, PathId, Staff, Write};

use super::{raced, targets::recompute};
use crate::{
    RESTORE_WINDOW,
    sla::{store, wire::SlaPolicyOut},
};

/// `DELETE sla-policies/{id}/`
pub async fn handler(PathId(id): PathId<SlaPolicyId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    run(&mut cx.tx, id, &if_match).await?;
    cx.commit(web::no_content()).await
}

/// Open tickets get the targets that apply now; finished ones keep their deadlines and the name.
async fn run(tx: &mut TenantTx, id: SlaPolicyId, if_match: &IfMatch) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization).await?;
    let old = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(old.version)?;
    store::delete(tx, organization, id, now).await?;
    tx.audit_change("sla_policy.deleted", ("sla_policy", Some(id.0)), &old, &());
    if old.is_active { recompute(tx, old.priority).await } else { Ok(()) }
}

/// `POST sla-policies/{id}/restore/`
pub async fn restore(PathId(id): PathId<SlaPolicyId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let policy = run_restore(&mut cx.tx, id, &if_match).await?;
    cx.commit(web::ok(&policy, policy.version)).await
}

/// The policy is as it was, but does not push out one that was activated meanwhile.
async fn run_restore(tx: &mut TenantTx, id: SlaPolicyId, if_match: &IfMatch) -> AppResult<SlaPolicyOut> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization).await?;
    if let Some(policy) = store::find(tx, organization, id).await? {
        if_match.check(policy.version)?;
        return Ok(policy);
    }
    let version = store::deleted(tx, organization, id, now - RESTORE_WINDOW).await?.ok_or(AppError::NotFound)?;
    if_match.check(version)?;
    store::restore(tx, organization, id, now).await.on_constraint("sla_policies_active_key", raced)?;
    let policy = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    recompute(tx, policy.priority).await?;
    tx.audit("sla_policy.restored", ("sla_policy", Some(id.0)), &(), &());
    Ok(policy)
}
