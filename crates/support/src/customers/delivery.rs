//! Whether mail reaches a customer.

use db::TenantTx;
use kernel::AppResult;
use serde_json::json;

/// Notes that mail to the address comes back for good: nothing automatic is sent there until
/// somebody changes the address or writes from it.
pub async fn mark_undeliverable(tx: &mut TenantTx, email: &str, undeliverable: bool) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let changed = sqlx::query_scalar!(
        "update customers set undeliverable_since = case when $3 then coalesce(undeliverable_since, $4) end
          where organization_id = $1 and email = $2 and status <> 'removed' and (undeliverable_since is not null) <> $3 returning id",
        organization as _,
        email,
        undeliverable,
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(id) = changed {
        let state = |undeliverable: bool| json!({ "undeliverable": undeliverable });
        tx.audit("customer.updated", ("customer", Some(id.0)), &state(!undeliverable), &state(undeliverable));
    }
    Ok(())
}

/// Whether mail to the address came back for good.
pub async fn is_undeliverable(tx: &mut TenantTx, email: &str) -> AppResult<bool> {
    let organization = tx.organization();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from customers where organization_id = $1 and email = $2 and status <> 'removed' and undeliverable_since is not null) as "is!""#,
        organization as _,
        email
    )
    .fetch_one(&mut **tx)
    .await?)
}
