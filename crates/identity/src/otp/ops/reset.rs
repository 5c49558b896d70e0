//! Administrators remove the second factor of somebody who has lost it.

use db::TenantTx;
use kernel::{AppError, AppResult, CustomerId, Person, UserId};
use serde_json::json;
use web::{ApiResult, PathId, Staff, Write};

use crate::{otp::store, people, roles::check_reach, sessions::end_all};

/// `DELETE users/{id}/otp/`; again is harmless.
pub async fn of_user(PathId(id): PathId<UserId>, mut cx: Staff<Write>) -> ApiResult {
    let actor = cx.actor.clone();
    let target = people::target(&mut cx.tx, Person::Staff(id)).await?;
    if actor.staff() == Some(id) {
        return Err(AppError::Forbidden("Remove your own second factor with auth/otp/.".to_owned()).into());
    }
    check_reach(&actor, &target.reach)?;
    reset(&mut cx.tx, Person::Staff(id)).await?;
    cx.commit(web::no_content()).await
}

/// `DELETE customers/{id}/otp/`; again is harmless.
pub async fn of_customer(PathId(id): PathId<CustomerId>, mut cx: Staff<Write>) -> ApiResult {
    let target = people::target(&mut cx.tx, Person::Customer(id)).await?;
    check_reach(&cx.actor, &target.reach)?;
    reset(&mut cx.tx, Person::Customer(id)).await?;
    cx.commit(web::no_content()).await
}

async fn reset(tx: &mut TenantTx, person: Person) -> AppResult<()> {
    let (organization, Some(id)) = (tx.organization(), person.uuid()) else { return Ok(()) };
    if store::delete(tx, organization, id).await? {
        end_all(tx, (person.kind(), id), None).await?;
        tx.audit("otp.reset", (person.kind(), Some(id)), &json!({"enabled": true}), &());
    }
    Ok(())
}
