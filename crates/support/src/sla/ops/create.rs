//! A new SLA policy.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, SlaPolicyId};
use web::{ApiResult, Body, Staff, Write};

use super::{check, raced, retire_others, targets::recompute};
use crate::sla::{
    store,
    wire::{SlaPolicyOut, WritePolicy},
};

/// `POST sla-policies/`
pub async fn handler(mut cx: Staff<Write>, Body(input): Body<WritePolicy>) -> ApiResult {
    let policy = run(&mut cx.tx, input).await?;
    cx.commit(web::created(&policy, policy.version)).await
}

async fn run(tx: &mut TenantTx, input: WritePolicy) -> AppResult<SlaPolicyOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: SlaPolicyId = tx.id();
    let fields = check(input)?;
    store::lock(tx, organization).await?;
    if fields.is_active {
        retire_others(tx, fields.priority, id).await?;
    }
    store::insert(tx, organization, id, &fields, now).await.on_constraint("sla_policies_active_key", raced)?;
    recompute(tx, fields.priority).await?;
    let new = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("sla_policy.created", ("sla_policy", Some(id.0)), &(), &new);
    Ok(new)
}
