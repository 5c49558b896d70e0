//! Use cases of mailboxes.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, MailboxId};
use web::{ApiResult, Body, Listing, PathId, Query, Read, RequestUri, Staff, Write};

use super::{
    model::may_claim,
    store,
    wire::{CreateMailbox, MailboxOut, MailboxQuery, PatchMailbox},
};

/// `GET mailboxes/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<MailboxQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let mailboxes = store::list(&mut cx.tx, organization).await?;
    Ok(web::ok(&web::page_links(&listing, mailboxes), None))
}

/// `GET mailboxes/{id}/`
pub async fn get(PathId(id): PathId<MailboxId>, mut cx: Staff<Read>) -> ApiResult {
    Ok(web::ok(&load(&mut cx.tx, id).await?, None))
}

/// `POST mailboxes/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateMailbox>) -> ApiResult {
    let address = check_address(&input.address)?;
    let organization = cx.organization.clone();
    let name = check_name(input.name.as_deref().unwrap_or(&organization.name))?;
    if !may_claim(&address, &organization.slug, &cx.state.config.base_domain) {
        return Err(taken().into());
    }
    let id = insert(&mut cx.tx, &address, &name, input.is_default).await?;
    let mailbox = load(&mut cx.tx, id).await?;
    cx.commit(web::created(&mailbox, None)).await
}

/// `PATCH mailboxes/{id}/`
pub async fn update(PathId(id): PathId<MailboxId>, mut cx: Staff<Write>, Body(input): Body<PatchMailbox>) -> ApiResult {
    let mailbox = run_update(&mut cx.tx, id, input).await?;
    cx.commit(web::ok(&mailbox, None)).await
}

async fn run_update(tx: &mut TenantTx, id: MailboxId, input: PatchMailbox) -> AppResult<MailboxOut> {
    let organization = tx.organization();
    store::lock(tx, organization).await?;
    let old = load(tx, id).await?;
    let name = check_name(input.name.as_deref().unwrap_or(&old.name))?;
    let is_default = input.is_default.unwrap_or(old.is_default);
    if old.is_default && !is_default {
        return Err(AppError::conflict("Make another mailbox the default instead."));
    }
    if is_default && !old.is_default {
        store::clear_default(tx, organization).await?;
    }
    store::update(tx, organization, id, &name, is_default).await.on_constraint("mailboxes_default_key", raced)?;
    let new = load(tx, id).await?;
    tx.audit_change("mailbox.updated", ("mailbox", Some(id.0)), &old, &new);
    Ok(new)
}

/// `DELETE mailboxes/{id}/`
pub async fn delete(PathId(id): PathId<MailboxId>, mut cx: Staff<Write>) -> ApiResult {
    run_delete(&mut cx.tx, id).await?;
    cx.commit(web::no_content()).await
}

async fn run_delete(tx: &mut TenantTx, id: MailboxId) -> AppResult<()> {
    let organization = tx.organization();
    store::lock(tx, organization).await?;
    let mailbox = load(tx, id).await?;
    if mailbox.is_default {
        return Err(AppError::conflict("The default mailbox cannot be deleted; make another one the default first."));
    }
    let used = || AppError::conflict("Tickets or mails name this mailbox; it cannot be deleted.");
    store::delete(tx, organization, id)
        .await
        .on_constraint("tickets_mailbox_fkey", used)
        .on_constraint("inbound_mails_mailbox_fkey", used)
        .on_constraint("outgoing_mails_mailbox_fkey", used)?;
    tx.audit_change("mailbox.deleted", ("mailbox", Some(id.0)), &mailbox, &());
    Ok(store::release(tx, organization, &mailbox.address).await?)
}

/// Makes the address a mailbox of the open organization and its default. For the product itself:
/// whose domain it is, is not asked. 422 on `address` or `name`; 409 when somebody has the address.
pub async fn provision_default(tx: &mut TenantTx, address: &str, name: &str) -> AppResult<MailboxId> {
    let (address, name) = (check_address(address)?, check_name(name)?);
    insert(tx, &address, &name, true).await
}

async fn insert(tx: &mut TenantTx, address: &str, name: &str, make_default: bool) -> AppResult<MailboxId> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: MailboxId = tx.id();
    store::lock(tx, organization).await?;
    let is_default = make_default || store::default_of(tx, organization).await?.is_none();
    if is_default {
        store::clear_default(tx, organization).await?;
    }
    store::claim(tx, organization, address, id).await.on_constraint("mail_addresses_pkey", taken)?;
    store::insert(tx, organization, id, (address, name), is_default, now)
        .await
        .on_constraint("mailboxes_address_key", taken)
        .on_constraint("mailboxes_default_key", raced)?;
    let mailbox = load(tx, id).await?;
    tx.audit_change("mailbox.created", ("mailbox", Some(id.0)), &(), &mailbox);
    Ok(id)
}

async fn load(tx: &mut TenantTx, id: MailboxId) -> AppResult<MailboxOut> {
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

fn check_address(text: &str) -> AppResult<String> {
    kernel::email::normalize(text).ok_or_else(|| AppError::invalid("address", "invalid", "This is not a mail address."))
}

fn check_name(text: &str) -> AppResult<String> {
    web::text("name", text, 1, 200)
}

/// The same sentence whoever has it.
fn taken() -> AppError {
    AppError::taken("address", "This address is not available.")
}

fn raced() -> AppError {
    AppError::conflict("Another mailbox was made the default at the same moment; try again.")
}
