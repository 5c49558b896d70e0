//! A new member of staff.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, Person, UserId};
use web::{ApiResult, Body, Staff, Write};

use crate::{
    links::invite_by_mail,
    password,
    people::{
        store,
        wire::{CreateUser, CreatedUser, UserOut},
    },
    roles,
    sessions::set_password_now,
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
    /// Hash of a password that passed the policy; without one the person has to be invited.
    pub password_hash: Option<String>,
}

/// `POST users/`. No transaction is open while the password is hashed.
pub async fn handler(cx: Staff<Write>, Body(input): Body<CreateUser>) -> ApiResult {
    let released = cx.0.release().await?;
    let password_hash = match input.password {
        Some(password) => {
            password::check("password", &password, &input.email.to_lowercase())?;
            Some(password::hash(password).await?)
        }
        None => None,
    };
    let new = NewUser { email: input.email, name: input.name, role: input.role, password_hash };
    let mut cx = released.reopen().await?;
    let actor = cx.actor.clone();
    let is_invited = new.password_hash.is_none();
    let user = create(&mut cx.tx, &actor, new).await?;
    let invitation_url = if is_invited {
        let state = cx.state.clone();
        let link = invite_by_mail(&mut cx.tx, &state.keys, Person::Staff(user.id)).await?;
        Some(link.url(&state, &cx.organization))
    } else {
        None
    };
    let answer = web::created(&CreatedUser { invitation_url, user: user.clone() }, user.version);
    cx.commit(answer).await
}

/// Writes the person. Without a password they cannot sign in until they are invited.
pub async fn create(tx: &mut TenantTx, actor: &Actor, new: NewUser) -> AppResult<UserOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let email = kernel::email::normalize(&new.email)
        .ok_or_else(|| AppError::invalid("email", "invalid", "This is not a mail address."))?;
    let name = web::text("name", &new.name, 1, 200)?;
    let role = roles::within_reach(tx, actor, &new.role).await?;
    let id: UserId = tx.id();
    store::insert(tx, organization, id, (&email, &name), role.id, now)
        .await
        .on_constraint("users_email_key", || {
            AppError::taken("email", "Somebody of the staff has this address already.")
        })?;
    store::note_login(tx, organization, &email).await?;
    let user = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("user.created", ("user", Some(id.0)), &(), &user);
    if let Some(hash) = &new.password_hash {
        set_password_now(tx, Person::Staff(id), hash).await?;
    }
    Ok(user)
}
