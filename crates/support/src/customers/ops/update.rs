//! Changes to a customer.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, CustomerId};
use web::{ApiResult, Body, IfMatch, PathId, Staff, Write};

use super::{check_company, check_email, check_name, check_phone, taken};
use crate::customers::{
    store::{self, Fields},
    wire::{CustomerOut, PatchCustomer},
};

/// `PATCH customers/{id}/`
pub async fn handler(
    PathId(id): PathId<CustomerId>,
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchCustomer>,
) -> ApiResult {
    let customer = run(&mut cx.tx, id, if_match, input).await?;
    cx.commit(web::ok(&customer, customer.version)).await
}

async fn run(tx: &mut TenantTx, id: CustomerId, if_match: IfMatch, input: PatchCustomer) -> AppResult<CustomerOut> {
    let (organization, now) = (tx.organization(), tx.now());
    if !store::lock(tx, organization, id).await? {
        return Err(AppError::NotFound);
    }
    let old = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if old.status == "removed" {
        return Err(AppError::conflict("This customer was removed; restore them first."));
    }
    if_match.check(old.version)?;
    let email = check_email("email", input.email.as_deref().unwrap_or(&old.email))?;
    let name = check_name(input.name.as_deref().unwrap_or(&old.name))?;
    let phone = check_phone(input.phone.unwrap_or_else(|| old.phone.clone()).as_deref())?;
    let company = check_company(input.company.unwrap_or_else(|| old.company.clone()).as_deref())?;
    let status = input.status.unwrap_or_else(|| old.status.clone());
    if !["active", "suspended"].contains(&status.as_str()) {
        return Err(AppError::invalid("status", "invalid", "A customer is active or suspended."));
    }
    let fields = Fields { email: &email, name: &name, phone: phone.as_deref(), company: company.as_deref() };
    store::update(tx, organization, id, &fields, &status, now).await.on_constraint("customers_email_key", taken)?;
    if email != old.email {
        identity::facade::note_login(tx, organization, &email).await?;
        identity::facade::drop_unused_login(tx, organization, &old.email).await?;
    }
    if status == "suspended" || email != old.email {
        identity::facade::end_access(tx, id.0).await?;
    }
    let new = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("customer.updated", ("customer", Some(id.0)), &old, &new);
    Ok(new)
}
