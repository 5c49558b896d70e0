//! A new member of staff.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, Person, UserId};
use web::{ApiResult, Body, Staff, Write};

use crate::{
    password,
    people::{
        model::check_rank,
        store,
        wire::{CreateUser, CreatedUser, UserOut},
    },
    sessions::{invite, set_password_now},
};

/// What a new member of staff needs.
#[derive(Debug)]
pub struct NewUser {
    /// Any case.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// Key of a role.
    pub role: String,
    /// Hash of a password that passed the policy; without one the person is invited.
    pub password_hash: Option<String>,
}

/// `POST users/`. No transaction is open while the password is hashed.
pub async fn handler(cx: Staff<Write>, Body(input): Body<CreateUser>) -> ApiResult {
    let released = cx.0.release();
    let password_hash = match input.password {
        Some(password) => {
            password::check(&password, &input.email.to_lowercase())?;
            Some(password::hash(password).await?)
        }
        None => None,
    };
    let new = NewUser { email: input.email, name: input.name, role: input.role, password_hash };
    let mut cx = released.reopen().await?;
    let actor = cx.actor.clone();
    let (user, token) = create(&mut cx.tx, &actor, new).await?;
    let base = cx.state.config.organization_url(&cx.organization.slug);
    let invitation_url = token.map(|token| format!("{base}/set-password#{token}"));
    let answer = web::created(&CreatedUser { invitation_url, user: user.clone() }, user.version);
    cx.commit(answer).await
}

/// Writes the person; the token of a one-time link comes back when there is no password.
pub async fn create(tx: &mut TenantTx, actor: &Actor, new: NewUser) -> AppResult<(UserOut, Option<String>)> {
    let user = add(tx, actor, &new).await?;
    let person = Person::Staff(user.id);
    let token = match &new.password_hash {
        Some(hash) => {
            set_password_now(tx, person, hash).await?;
            None
        }
        None => Some(invite(tx, person).await?),
    };
    Ok((user, token))
}

/// Writes the person, who has no way to sign in yet.
pub async fn add(tx: &mut TenantTx, actor: &Actor, new: &NewUser) -> AppResult<UserOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let email = kernel::email::normalize(&new.email)
        .ok_or_else(|| AppError::invalid("email", "invalid", "This is not a mail address."))?;
    let name = web::text("name", &new.name, 1, 200)?;
    let role = store::find_role(tx, organization, &new.role)
        .await?
        .ok_or_else(|| AppError::invalid("role", "unknown", "There is no such role."))?;
    check_rank(&actor.role, &new.role)?;
    let id: UserId = tx.id();
    store::insert(tx, organization, id, (&email, &name), role, now).await.on_constraint("users_email_key", || {
        AppError::taken("email", "Somebody of the staff has this address already.")
    })?;
    store::note_login(tx, organization, &email).await?;
    let user = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("user.created", ("user", Some(id.0)), &(), &user);
    Ok(user)
}
