//! `user`: people of an organization.

use clap::Subcommand;
use db::{Mode, TenantTx, platform::Organization};
use identity::{
    links::{Link, invite},
    people::NewUser,
    sessions::set_password_now,
};
use kernel::{Actor, Person, RoleKey};
use serde_json::{Value, json};

use super::{Run, password};
use crate::{boot::Booted, failure::Failure};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add somebody; the password comes from stdin, else a one-time link is printed.
    Create(Create),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Slug of the organization.
    #[arg(long)]
    org: String,
    /// Mail address, with which they sign in.
    #[arg(long)]
    email: String,
    /// Shown name.
    #[arg(long)]
    name: String,
    /// owner, admin, manager, agent, viewer, technician, customer, or a custom role.
    #[arg(long)]
    role: String,
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Create(input) = command;
    let password = password::from_stdin()?;
    let (text, value) = run.with_database(async |booted| create(booted, input, password).await).await?;
    run.out.say(&text, &value);
    Ok(())
}

/// The organization with this slug.
pub(super) async fn organization(booted: &Booted, slug: &str) -> Result<Organization, Failure> {
    let found = db::platform::find_by_slug(&booted.state.db, slug).await?;
    found.ok_or_else(|| Failure::new(format!("There is no organization {slug:?}; `helpdesk org list` shows all.")))
}

async fn create(booted: &Booted, input: Create, password: Option<String>) -> Result<(String, Value), Failure> {
    let organization = organization(booted, &input.org).await?;
    let email = kernel::email::normalize(&input.email)
        .ok_or_else(|| Failure::new(format!("{:?} is not a mail address.", input.email)))?;
    let password_hash = match password {
        Some(password) => Some(password::hash(password, &email).await?),
        None => None,
    };
    let mut tx = TenantTx::system(&booted.state.db, organization.tenant(), Mode::Write).await?;
    let (person, link) = if RoleKey::parse(&input.role) == Some(RoleKey::Customer) {
        customer(booted, &mut tx, &email, &input, password_hash.as_deref()).await?
    } else {
        let is_invited = password_hash.is_none();
        let new = NewUser { email, name: input.name, role: input.role, password_hash };
        let user = identity::people::create(&mut tx, &Actor::system(organization.id), new).await?;
        let link = match is_invited {
            true => Some(invite(&mut tx, &booted.state.keys, Person::Staff(user.id)).await?),
            false => None,
        };
        (json!({"id": user.id, "email": user.email, "name": user.name, "role": user.role}), link)
    };
    tx.commit().await?;
    let url = link.map(|link| link.url(&booted.state, &organization));
    let said = |key: &str| person.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, email, role) = (said("name"), said("email"), said("role"));
    let mut text = format!("{name} ({email}) was added to {} as {role}.", organization.name);
    if let Some(url) = &url {
        text += &format!("\nOne-time link to set the password, good for seven days: {url}");
    }
    Ok((text, json!({"user": person, "invitation_url": url})))
}

/// A customer who can sign in, with a password or by the link that comes back.
async fn customer(
    booted: &Booted,
    tx: &mut TenantTx,
    email: &str,
    input: &Create,
    password_hash: Option<&str>,
) -> Result<(Value, Option<Link>), Failure> {
    let id = support::facade::create_customer(tx, email, &input.name).await?;
    let person = Person::Customer(id);
    let link = match password_hash {
        Some(hash) => {
            set_password_now(tx, person, hash).await?;
            None
        }
        None => Some(invite(tx, &booted.state.keys, person).await?),
    };
    let name = input.name.trim();
    Ok((json!({"id": id, "email": email, "name": name, "role": "customer"}), link))
}
