//! SQL of customers.

use chrono::{DateTime, Utc};
use kernel::{CustomerId, OrganizationId};
use serde::Serialize;
use sqlx::PgConnection;

use super::wire::CustomerOut;

/// Those of `ids` that are there, in their order.
pub async fn load(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ids: &[CustomerId],
) -> sqlx::Result<Vec<CustomerOut>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        CustomerOut,
        r#"select c.id, c.email, c.name, c.phone, c.company, c.status, c.email_verified_at is not null as "email_verified!",
                  (select count(*) from tickets t where t.organization_id = $1 and t.customer_id = c.id and t.deleted_at is null) as "ticket_count!",
                  c.version, c.created_at, c.updated_at
             from customers c where c.organization_id = $1 and c.id = any($2)
            order by array_position($2, c.id)"#,
        organization as _,
        &ids
    )
    .fetch_all(tx)
    .await
}

/// One customer.
pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
) -> sqlx::Result<Option<CustomerOut>> {
    Ok(load(tx, organization, &[id]).await?.pop())
}

/// Whose address it is.
pub async fn id_of_email(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
) -> sqlx::Result<Option<CustomerId>> {
    sqlx::query_scalar!(
        "select id from customers where organization_id = $1 and email = $2 and status <> 'removed'",
        organization as _,
        email
    )
    .fetch_optional(tx)
    .await
}

/// Keeps the customer from being changed by others until the transaction ends; false when it is not there.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId, id: CustomerId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from customers where organization_id = $1 and id = $2 for update",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

/// The changeable fields of a customer.
#[derive(Debug, Serialize)]
pub struct Fields<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub phone: Option<&'a str>,
    pub company: Option<&'a str>,
}

/// Writes a customer; `None` when the address is another's.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
    fields: &Fields<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<CustomerId>> {
    sqlx::query_scalar!(
        "insert into customers (organization_id, id, email, name, phone, company, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (organization_id, email) where status <> 'removed' do nothing returning id",
        organization as _,
        id as _,
        fields.email,
        fields.name,
        fields.phone,
        fields.company,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Writes all changeable fields; another address is unverified.
pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
    fields: &Fields<'_>,
    status: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update customers
            set email = $3, name = $4, phone = $5, company = $6, status = $7, version = version + 1, updated_at = $8,
                email_verified_at = case when email = $3 then email_verified_at end,
                undeliverable_since = case when email = $3 then undeliverable_since end
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        fields.email,
        fields.name,
        fields.phone,
        fields.company,
        status,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How many of the customer's tickets are neither done nor deleted.
pub async fn count_open(tx: &mut PgConnection, organization: OrganizationId, id: CustomerId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from tickets
            where organization_id = $1 and customer_id = $2 and deleted_at is null
              and status_category in ('new', 'open', 'pending', 'on_hold')"#,
        organization as _,
        id as _
    )
    .fetch_one(tx)
    .await
}

/// When the customer was removed; none for those who are there.
pub async fn removed_at(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let found = sqlx::query_scalar!(
        "select removed_at from customers where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.flatten())
}

/// Removes a customer who is there.
pub async fn remove(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update customers set removed_from = status, status = 'removed', removed_at = $3, version = version + 1, updated_at = $3
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Brings a removed customer back as they were.
pub async fn restore(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update customers set status = removed_from, removed_from = null, removed_at = null, version = version + 1, updated_at = $3
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
