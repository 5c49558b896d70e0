//! Staff, teams and customers of a demo organization.

use std::collections::HashMap;

use db::TenantTx;
use identity::people::NewUser;
use kernel::{Actor, AppResult, CustomerId, Permission, Person, TeamId, UserId, Visibility, id};
use support::facade;
use web::AppState;

use super::content::Content;

/// Who can be named by tickets.
pub struct People {
    /// Those who answer: manager and agents, with their team and its name.
    pub agents: Vec<(Actor, UserId, TeamId, String)>,
    pub customers: Vec<(CustomerId, Actor)>,
}

/// The password of all sign-ins of one demo organization: the same at each start, another in each data folder.
pub fn password_of(state: &AppState, slug: &str) -> String {
    let key = state.keys.derive(&format!("demo password of {slug}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(key).for_each(|(byte, from)| *byte = from);
    let text = id::encode(uuid::Uuid::from_bytes(bytes));
    let group = |from: usize| text.get(from..from + 5).unwrap_or_default();
    format!("{}-{}-{}", group(10), group(15), group(20))
}

pub async fn load(tx: &mut TenantTx, content: &Content, password_hash: &str) -> AppResult<People> {
    let (organization, now) = (tx.organization(), tx.now());
    let system = Actor::system(organization);
    let mut teams = HashMap::new();
    for name in &content.teams {
        let id: TeamId = tx.id();
        identity::teams::insert_team(tx, organization, id, name, now).await?;
        teams.insert(name.as_str(), id);
    }
    let mut agents = Vec::new();
    for person in &content.staff {
        let new = NewUser {
            email: person.email.clone(),
            name: person.name.clone(),
            role: person.role.clone(),
            password_hash: Some(password_hash.to_owned()),
        };
        let user = identity::people::create(tx, &system, new).await?;
        let Some(team) = teams.get(person.team.as_str()) else { continue };
        identity::teams::add_member(tx, organization, *team, &[user.id]).await?;
        if ["agent", "manager"].contains(&person.role.as_str()) {
            let actor = Actor {
                person: Person::Staff(user.id),
                name: user.name.clone(),
                email: user.email,
                role: user.role,
                permissions: Permission::ALL.to_vec(),
                visibility: Visibility::All,
                ..system.clone()
            };
            agents.push((actor, user.id, *team, person.team.clone()));
        }
    }
    let mut customers = Vec::new();
    for (index, customer) in content.customers.iter().enumerate() {
        let id = facade::import_customer(
            tx,
            &customer.email,
            &customer.name,
            customer.phone.as_deref(),
            customer.company.as_deref(),
        )
        .await?;
        if index == 0 {
            identity::sessions::set_password_now(tx, Person::Customer(id), password_hash).await?;
        }
        let actor = facade::customer_actor(tx, id, &customer.name, &customer.email);
        customers.push((id, actor));
    }
    Ok(People { agents, customers })
}
