//! A new customer.

use db::TenantTx;
use kernel::{AppError, AppResult, CustomerId};
use web::{ApiResult, Body, Staff, Write};

use super::{check_company, check_email, check_name, check_phone, taken};
use crate::customers::{
    model::name_or_local_part,
    store::{self, Fields},
    wire::{CreateCustomer, CustomerOut},
};

/// `POST customers/`
pub async fn handler(mut cx: Staff<Write>, Body(input): Body<CreateCustomer>) -> ApiResult {
    let customer = run(&mut cx.tx, &input).await?;
    cx.commit(web::created(&customer, customer.version)).await
}

async fn run(tx: &mut TenantTx, input: &CreateCustomer) -> AppResult<CustomerOut> {
    let email = check_email("email", &input.email)?;
    let name = check_name(&input.name)?;
    let phone = check_phone(input.phone.as_deref())?;
    let company = check_company(input.company.as_deref())?;
    let fields = Fields { email: &email, name: &name, phone: phone.as_deref(), company: company.as_deref() };
    let id = insert(tx, &fields).await?.ok_or_else(taken)?;
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

/// Writes a customer who may also sign in. 422 on `email` or `name`, 409 when the address is taken.
pub async fn create_customer(tx: &mut TenantTx, email: &str, name: &str) -> AppResult<CustomerId> {
    let (email, name) = (check_email("email", email)?, check_name(name)?);
    insert(tx, &Fields { email: &email, name: &name, phone: None, company: None }).await?.ok_or_else(taken)
}

/// A customer known from elsewhere, with everything that is known. 409 when the address is taken.
pub async fn import_customer(
    tx: &mut TenantTx,
    email: &str,
    name: &str,
    phone: Option<&str>,
    company: Option<&str>,
) -> AppResult<CustomerId> {
    let (email, name) = (check_email("email", email)?, check_name(name)?);
    insert(tx, &Fields { email: &email, name: &name, phone, company }).await?.ok_or_else(taken)
}

/// The customer with this address, made when there is none; whether it is new. The name is that of
/// a new customer only: cleaned, and the local part of the address where it is empty. 422 on
/// `customer_email` when that is no address. Two calls at once find the same customer.
pub async fn find_or_create_customer(
    tx: &mut TenantTx,
    email: &str,
    name: Option<&str>,
) -> AppResult<(CustomerId, bool)> {
    let email = check_email("customer_email", email)?;
    let name = name_or_local_part(name, &email);
    if let Some(id) = insert(tx, &Fields { email: &email, name: &name, phone: None, company: None }).await? {
        return Ok((id, true));
    }
    let organization = tx.organization();
    let id = store::id_of_email(tx, organization, &email).await?;
    id.map(|id| (id, false)).ok_or_else(|| AppError::internal("a customer vanished between two statements"))
}

/// Writes a customer who may sign in once the address is proven; `None` when it is taken.
pub async fn insert(tx: &mut TenantTx, fields: &Fields<'_>) -> AppResult<Option<CustomerId>> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: CustomerId = tx.id();
    let inserted = store::insert(tx, organization, id, fields, now).await?;
    if inserted.is_some() {
        identity::facade::note_login(tx, organization, fields.email).await?;
        tx.audit_change("customer.created", ("customer", Some(id.0)), &(), fields);
    }
    Ok(inserted)
}
