//! SQL of links, and of the people they are for.

use chrono::{DateTime, Utc};
use kernel::{CustomerId, LinkId, OrganizationId, Person, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::Purpose;

/// Somebody who can be written a link.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Who.
    pub person: Person,
    /// Lower-case address.
    pub email: String,
    /// Whether the person can sign in already, as far as the password goes.
    pub is_set_up: bool,
    /// Neither suspended nor removed.
    pub is_active: bool,
}

/// The person of a stored kind and id.
pub fn person_of(kind: &str, id: Uuid) -> Person {
    match kind {
        "customer" => Person::Customer(CustomerId(id)),
        _ => Person::Staff(UserId(id)),
    }
}

/// Whose id or whose address it is; staff comes first.
async fn find_people(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Option<Uuid>,
    email: Option<&str>,
) -> sqlx::Result<Option<PersonRow>> {
    let row = sqlx::query!(
        r#"select 'user' as "kind!", id as "id!: Uuid", email as "email!", password_hash is not null as "is_set_up!", status = 'active' as "is_active!"
             from users where organization_id = $1 and (id = $2 or email = $3) and status <> 'removed'
           union all
           select 'customer', id, email, password_hash is not null and email_verified_at is not null, status = 'active'
             from customers where organization_id = $1 and (id = $2 or email = $3) and status <> 'removed'
           limit 1"#,
        organization as _,
        id,
        email
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| PersonRow {
        person: person_of(&row.kind, row.id),
        email: row.email,
        is_set_up: row.is_set_up,
        is_active: row.is_active,
    }))
}

/// A person who was not removed.
pub async fn find_person(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
) -> sqlx::Result<Option<PersonRow>> {
    find_people(tx, organization, Some(id), None).await
}

/// The person with an address.
pub async fn find_address(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
) -> sqlx::Result<Option<PersonRow>> {
    find_people(tx, organization, None, Some(email)).await
}

/// What a registration asks for.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Lower-case address.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// Of a password that passed the policy.
    pub password_hash: String,
}

/// For whom a link is.
#[derive(Debug)]
pub enum Bearer<'a> {
    /// Somebody known.
    Person(Person, &'a str),
    /// Nobody yet.
    Registration(&'a Registration),
}

/// Writes a link; false when this id is there already.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    (id, hash, purpose): (LinkId, &[u8], Purpose),
    bearer: &Bearer<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (person, email, registration) = match bearer {
        Bearer::Person(person, email) => (Some(person), *email, None),
        Bearer::Registration(registration) => (None, registration.email.as_str(), Some(*registration)),
    };
    let done = sqlx::query!(
        "insert into links (organization_id, id, hash, purpose, email, person_kind, person_id, name, password_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (organization_id, id) do nothing",
        organization as _,
        id as _,
        hash,
        purpose.as_str(),
        email,
        person.map(Person::kind),
        person.and_then(Person::uuid),
        registration.map(|registration| registration.name.as_str()),
        registration.map(|registration| registration.password_hash.as_str()),
        now,
        now + purpose.life()
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A link that can be used.
#[derive(Debug)]
pub struct LinkRow {
    pub id: LinkId,
    pub hash: Vec<u8>,
    pub purpose: String,
    pub email: String,
    pub person_kind: Option<String>,
    pub person_id: Option<Uuid>,
    pub name: Option<String>,
    pub password_hash: Option<String>,
    pub mailed_at: Option<DateTime<Utc>>,
}

/// The link with this id or hash, while it is open: neither used nor too old, and its person is
/// active and still has the address it was made for.
pub async fn find_open(
    tx: &mut PgConnection,
    organization: OrganizationId,
    (id, hash): (Option<LinkId>, Option<&[u8]>),
    now: DateTime<Utc>,
) -> sqlx::Result<Option<LinkRow>> {
    sqlx::query_as!(
        LinkRow,
        "select l.id, l.hash, l.purpose, l.email, l.person_kind, l.person_id, l.name, l.password_hash, l.mailed_at from links l
          where l.organization_id = $1 and (l.id = $2 or l.hash = $3) and l.used_at is null and l.expires_at > $4
            and (l.person_id is null
              or exists (select from users u where u.organization_id = $1 and u.id = l.person_id and u.email = l.email and u.status = 'active')
              or exists (select from customers c where c.organization_id = $1 and c.id = l.person_id and c.email = l.email and c.status = 'active'))",
        organization as _,
        id as Option<LinkId>,
        hash,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Uses a link up; false when somebody else just did. What a registration asked for is forgotten.
pub async fn use_up(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: LinkId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update links set used_at = $3, name = null, password_hash = null
          where organization_id = $1 and id = $2 and used_at is null and expires_at > $3",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the open links of a person, and the registrations of an address.
pub async fn end(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Option<Uuid>,
    email: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update links set used_at = $4, name = null, password_hash = null
          where organization_id = $1 and used_at is null and (person_id = $2 or (person_id is null and email = $3))",
        organization as _,
        person,
        email,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a registration away that nobody was written about; false when it is gone.
pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, id: LinkId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from links where organization_id = $1 and id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a mail with the link was asked for.
pub async fn note_mailed(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: LinkId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update links set mailed_at = $3 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets links that ended before a moment.
pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from links where organization_id = $1 and expires_at < $2", organization as _, before)
        .execute(tx)
        .await?;
    Ok(())
}
