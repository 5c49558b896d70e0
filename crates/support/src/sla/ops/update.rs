//! Changes to an SLA policy.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, SlaPolicyId};
use web::{ApiResult, Body, IfMatch, PathId, Staff, Write};

use super::{check, raced, retire_others, targets::recompute};
use crate::sla::{
    store,
    wire::{PatchPolicy, SlaPolicyOut, WritePolicy},
};

/// `PUT sla-policies/{id}/`
pub async fn put(
    PathId(id): PathId<SlaPolicyId>,
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<WritePolicy>,
) -> ApiResult {
    let policy = run(&mut cx.tx, id, if_match, |_| input).await?;
    cx.commit(web::ok(&policy, policy.version)).await
}

/// `PATCH sla-policies/{id}/`
pub async fn patch(
    PathId(id): PathId<SlaPolicyId>,
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchPolicy>,
) -> ApiResult {
    let policy = run(&mut cx.tx, id, if_match, |old| merge(old, input)).await?;
    cx.commit(web::ok(&policy, policy.version)).await
}

fn merge(old: &SlaPolicyOut, input: PatchPolicy) -> WritePolicy {
    WritePolicy {
        name: input.name.unwrap_or_else(|| old.name.clone()),
        priority: input.priority.unwrap_or(old.priority),
        resolution_time: input.resolution_time.unwrap_or(i64::from(old.resolution_time)),
        response_time: input.response_time.unwrap_or(i64::from(old.response_time)),
        business_hours_only: input.business_hours_only.unwrap_or(old.business_hours_only),
        is_active: input.is_active.unwrap_or(old.is_active),
    }
}

async fn run(
    tx: &mut TenantTx,
    id: SlaPolicyId,
    if_match: IfMatch,
    input: impl FnOnce(&SlaPolicyOut) -> WritePolicy,
) -> AppResult<SlaPolicyOut> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization).await?;
    let old = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(old.version)?;
    let fields = check(input(&old))?;
    if fields.is_active {
        retire_others(tx, fields.priority, id).await?;
    }
    store::update(tx, organization, id, &fields, now).await.on_constraint("sla_policies_active_key", raced)?;
    recompute(tx, fields.priority).await?;
    if old.priority != fields.priority {
        recompute(tx, old.priority).await?;
    }
    let new = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("sla_policy.updated", ("sla_policy", Some(id.0)), &old, &new);
    Ok(new)
}
