//! The end of an SLA policy.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, SlaPolicyId};
use web::{ApiResult, IfMatch, PathId, Staff, Write};

use super::targets::recompute;
use crate::sla::store;

/// `DELETE sla-policies/{id}/`
pub async fn handler(PathId(id): PathId<SlaPolicyId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    run(&mut cx.tx, id, if_match).await?;
    cx.commit(web::no_content()).await
}

/// Open tickets get the targets that apply now; finished ones keep their deadlines and lose the name.
async fn run(tx: &mut TenantTx, id: SlaPolicyId, if_match: IfMatch) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization).await?;
    let old = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(old.version)?;
    tx.audit_change("sla_policy.deleted", ("sla_policy", Some(id.0)), &old, &());
    if old.is_active {
        let retired = store::Fields {
            name: old.name,
            priority: old.priority,
            resolution_time: old.resolution_time,
            response_time: old.response_time,
            is_active: false,
        };
        store::update(tx, organization, id, &retired, now).await?;
        recompute(tx, old.priority).await?;
    }
    store::detach(tx, organization, id).await?;
    store::delete(tx, organization, id).await.on_constraint("tickets_sla_policy_fkey", || {
        AppError::conflict("A ticket has just taken this policy; try again.")
    })
}
