//! Two organizations of the same shape. Every text of one carries its canary.

use std::collections::HashMap;

use chrono::TimeDelta;
use db::{
    Mode, TenantTx,
    operators::By,
    platform::{self, Organization},
};
use identity::{people::NewUser, sessions};
use kernel::{Actor, CustomerId, OrganizationId, Person, SessionId, TeamId, UserId};
use server::compose;
use tokio::sync::OnceCell;
use web::{
    AppState,
    token::{Audience, Claims},
};

use super::{
    client::{CANARY_A, CANARY_B},
    database::Database,
};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

static HASH: OnceCell<String> = OnceCell::const_new();

/// Somebody of an organization.
#[derive(Debug, Clone)]
pub struct Member {
    pub person: Person,
    pub email: String,
    session: SessionId,
}

/// One organization.
#[derive(Debug)]
pub struct Side {
    pub organization: Organization,
    pub canary: &'static str,
    pub team: TeamId,
    members: HashMap<&'static str, Member>,
}

/// Both.
#[derive(Debug)]
pub struct World {
    pub a: Side,
    pub b: Side,
}

const STAFF: [(&str, &str); 7] = [
    ("owner", "owner"),
    ("admin", "admin"),
    ("manager", "manager"),
    ("agent", "agent"),
    ("agent2", "agent"),
    ("viewer", "viewer"),
    ("technician", "technician"),
];

impl World {
    pub async fn create(state: &AppState, database: &Database) -> Self {
        let own_schema = match std::env::var("HELPDESK_TEST_PLACEMENT").as_deref() {
            Ok("schema") => true,
            Ok("shared") | Err(_) => false,
            Ok(other) => panic!("HELPDESK_TEST_PLACEMENT is shared or schema, not {other}"),
        };
        let a = Side::create(state, database, "acme", CANARY_A, own_schema).await;
        let b = Side::create(state, database, "globex", CANARY_B, own_schema).await;
        Self { a, b }
    }
}

impl Side {
    async fn create(state: &AppState, database: &Database, slug: &str, canary: &'static str, own_schema: bool) -> Self {
        let id: OrganizationId = state.db.ids.id();
        let schema_name = if own_schema { format!("t_{}", kernel::id::encode(id.0)) } else { "shared".to_owned() };
        if own_schema {
            db::provision_schema(&database.owner, &schema_name).await.unwrap();
        }
        let organization = Organization {
            id,
            slug: slug.to_owned(),
            name: format!("{canary} {slug}"),
            schema_name,
            status: "active".to_owned(),
            placement_version: 1,
        };
        platform::insert(&state.db, &By::default(), &organization).await.unwrap();
        let hash = HASH.get_or_init(|| async { identity::password::hash(PASSWORD.to_owned()).await.unwrap() }).await;
        let mut tx = TenantTx::system(&state.db, organization.tenant(), Mode::Write).await.unwrap();
        compose::provision(&mut tx, &organization, &state.config).await.unwrap();
        let system = Actor::system(id);
        let team: TeamId = tx.id();
        let now = tx.now();
        identity::teams::insert_team(&mut tx, id, team, &format!("{canary} team"), now).await.unwrap();
        let mut members = HashMap::new();
        for (who, role) in STAFF {
            let email = format!("{who}@{slug}.test");
            let new = NewUser {
                email: email.clone(),
                name: format!("{canary} {who}"),
                role: role.to_owned(),
                password_hash: Some(hash.clone()),
            };
            let user = identity::people::create(&mut tx, &system, new).await.unwrap();
            let session = insert_session(&mut tx, "user", user.id.0).await;
            members.insert(who, Member { person: Person::Staff(user.id), email, session });
        }
        for who in ["customer", "customer2"] {
            let email = format!("{who}@{slug}.example");
            let customer = support::facade::create_customer(&mut tx, &email, &format!("{canary} {who}")).await.unwrap();
            sessions::set_password_now(&mut tx, Person::Customer(customer), hash).await.unwrap();
            let session = insert_session(&mut tx, "customer", customer.0).await;
            members.insert(who, Member { person: Person::Customer(customer), email, session });
        }
        tx.commit().await.unwrap();
        Self { organization, canary, team, members }
    }

    #[track_caller]
    pub fn member(&self, who: &str) -> &Member {
        self.members.get(who).unwrap_or_else(|| panic!("there is no {who} in this world"))
    }

    pub fn user(&self, who: &str) -> UserId {
        match self.member(who).person {
            Person::Staff(id) => id,
            other => panic!("{who} is {other:?}"),
        }
    }

    pub fn customer(&self, who: &str) -> CustomerId {
        match self.member(who).person {
            Person::Customer(id) => id,
            other => panic!("{who} is {other:?}"),
        }
    }

    /// A fresh access token of the session that everybody has from the beginning.
    pub fn token(&self, state: &AppState, who: &str) -> String {
        let member = self.member(who);
        let sub = match member.person {
            Person::Staff(id) => id.to_string(),
            Person::Customer(id) => id.to_string(),
            Person::Key(_) | Person::System => unreachable!("only people have sessions"),
        };
        let claims = Claims::new(sub, self.organization.id, member.session, Audience::Organization, state.db.now());
        state.signing.sign(&claims).unwrap()
    }
}

async fn insert_session(tx: &mut TenantTx, kind: &str, person: uuid::Uuid) -> SessionId {
    let (organization, now, id) = (tx.organization(), tx.now(), tx.id::<SessionId>());
    sqlx::query(
        "insert into sessions (organization_id, id, person_kind, person_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(organization.0)
    .bind(id.0)
    .bind(kind)
    .bind(person)
    .bind(now)
    .bind(now + TimeDelta::days(60))
    .execute(&mut **tx)
    .await
    .unwrap();
    id
}
