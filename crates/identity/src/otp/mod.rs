//! The second factor: time-based codes (RFC 6238) and, in their place, recovery codes.
//!
//! Set up with the password, it counts once a code has confirmed it; from then on sign-in asks for a
//! code. A time step is used once and a recovery code is used once, which the database decides. A
//! role may require a second factor: `who()` says whether it is missing, and whoever lacks it may
//! do nothing but set it up. Secrets are sealed by the vault, recovery codes are stored hashed.
//! Tables: `otp_factors`, `recovery_codes`. Permissions: `self:write`, `users:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::{
    TenantTx, Vault,
    attempts::{Attempt, Purpose},
    vault::Sealed,
};
use kernel::{AppError, AppResult, Permission};
use serde_json::json;
use uuid::Uuid;
use web::{Access, Public, Route};

/// The route table.
pub fn routes() -> Vec<Route> {
    let own = Access::needs(Permission::SelfWrite);
    let admin = Access::needs(Permission::UserWrite);
    vec![
        Route::get("/auth/otp", own, "auth_otp_get", "My second factor", ops::own::get).ok::<wire::OtpState>(200),
        Route::delete("/auth/otp", own, "auth_otp_delete", "Remove my second factor", ops::own::remove)
            .body::<wire::RemoveOtp>()
            .empty(204, "Removed."),
        Route::post("/auth/otp/setup", own, "auth_otp_setup", "Begin to set up a second factor", ops::own::setup)
            .body::<wire::Password>()
            .ok::<wire::OtpSetup>(200),
        Route::post("/auth/otp/confirm", own, "auth_otp_confirm", "Confirm it with a code", ops::own::confirm)
            .body::<wire::ConfirmOtp>()
            .ok::<wire::RecoveryCodes>(200),
        Route::post(
            "/auth/otp/recovery-codes",
            own,
            "auth_otp_recovery_codes",
            "Make new recovery codes",
            ops::own::recovery_codes,
        )
        .body::<wire::Password>()
        .ok::<wire::RecoveryCodes>(200),
        Route::delete(
            "/users/{id}/otp",
            admin,
            "users_otp_reset",
            "Remove somebody's second factor",
            ops::reset::of_user,
        )
        .empty(204, "Removed."),
        Route::delete(
            "/customers/{id}/otp",
            admin,
            "customers_otp_reset",
            "Remove a customer's second factor",
            ops::reset::of_customer,
        )
        .empty(204, "Removed."),
    ]
}

/// Where the vault knows the secrets to lie.
const COLUMN: &str = "otp_factors.secret";

/// The same, for the rotation of keys.
pub const SEALED: Sealed = Sealed { table: "otp_factors", id: "person_id", column: "secret" };

/// At sign-in, once the password was right, or another proof as good: whoever has no second factor
/// passes; else the code is used up in this transaction, or it is `OtpRequired` or `OtpWrong`. Wrong
/// ones are counted, and too many are `TooMany`. The person is `user` or `customer`, and an id.
pub async fn pass(
    mut tx: TenantTx,
    public: &Public,
    (entity, id): (&'static str, Uuid),
    otp: Option<&str>,
) -> AppResult<TenantTx> {
    let (organization, now) = (tx.organization(), tx.now());
    let attempt = Attempt::new(Purpose::Otp, public.caller.ip).of(Some(organization), &id.to_string());
    if otp.is_some() {
        attempt.check(&mut tx, now).await?;
    }
    match check(&mut tx, &public.state.vault, (entity, id), otp).await {
        Ok(Passed::Unasked) => Ok(tx),
        Ok(Passed::ByCode) => {
            attempt.succeeded(&mut tx, now).await?;
            Ok(tx)
        }
        Err(AppError::OtpWrong) => {
            let failed = attempt.failed(&mut tx, now).await?;
            if failed.answer().is_ok() {
                tx.audit("sign_in.otp_failed", (entity, Some(id)), &(), &());
            }
            tx.commit().await?;
            failed.answer()?;
            Err(AppError::OtpWrong)
        }
        Err(other) => Err(other),
    }
}

/// Whether sign-in asks this person for a code.
pub async fn is_due(tx: &mut TenantTx, id: Uuid) -> AppResult<bool> {
    let organization = tx.organization();
    Ok(store::find(tx, organization, id).await?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Why somebody passes.
enum Passed {
    /// There is no second factor.
    Unasked,
    /// A code was right, and is used up now.
    ByCode,
}

async fn check(
    tx: &mut TenantTx,
    vault: &Vault,
    (entity, id): (&'static str, Uuid),
    otp: Option<&str>,
) -> AppResult<Passed> {
    let (organization, now) = (tx.organization(), tx.now());
    let Some(factor) = store::find(tx, organization, id).await?.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(Passed::Unasked);
    };
    let otp = otp.ok_or(AppError::OtpRequired)?;
    if use_code(tx, vault, id, &factor, otp).await? {
        return Ok(Passed::ByCode);
    }
    if let Some(hash) = model::recovery_hash(otp)
        && store::use_recovery_code(tx, organization, id, &hash, now).await?
    {
        let left = store::recovery_codes_left(tx, organization, id).await?;
        tx.audit("otp.recovery_code_used", (entity, Some(id)), &(), &json!({"recovery_codes_left": left}));
        return Ok(Passed::ByCode);
    }
    Err(AppError::OtpWrong)
}

/// Whether the code is right and was not used before; now it is.
async fn use_code(
    tx: &mut TenantTx,
    vault: &Vault,
    person: Uuid,
    factor: &store::Factor,
    code: &str,
) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    let secret = vault.open(tx, COLUMN, person, &factor.secret).await?;
    match model::step_of(&secret, code, now) {
        Some(step) => Ok(store::use_step(tx, organization, person, step).await?),
        None => Ok(false),
    }
}
