//! `user`: people of an organization.

use clap::Subcommand;
use db::{Mode, TenantTx, platform::Organization};
use identity::{
    people::NewUser,
    sessions::{invite, set_password_now},
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

/// The address of a one-time link.
pub(super) fn link(booted: &Booted, slug: &str, token: &str) -> String {
    format!("{}/set-password#{token}", booted.state.config.organization_url(slug))
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
    let (person, token) = if RoleKey::parse(&input.role) == Some(RoleKey::Customer) {
        customer(&mut tx, &email, &input, password_hash.as_deref()).await?
    } else {
        let new = NewUser { email, name: input.name, role: input.role, password_hash };
        let (user, token) = identity::people::create(&mut tx, &Actor::system(organization.id), new).await?;
        (json!({"id": user.id, "email": user.email, "name": user.name, "role": user.role}), token)
    };
    tx.commit().await?;
    let url = token.map(|token| link(booted, &organization.slug, &token));
    let said = |key: &str| person.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, email, role) = (said("name"), said("email"), said("role"));
    let mut text = format!("{name} ({email}) was added to {} as {role}.", organization.name);
    if let Some(url) = &url {
        text += &format!("\nOne-time link to set the password, good for seven days: {url}");
    }
    Ok((text, json!({"user": person, "invitation_url": url})))
}

/// A customer who can sign in, with a password or by the token that comes back.
async fn customer(
    tx: &mut TenantTx,
    email: &str,
    input: &Create,
    password_hash: Option<&str>,
) -> Result<(Value, Option<String>), Failure> {
    let id = support::facade::create_customer(tx, email, &input.name).await?;
    let person = Person::Customer(id);
    let token = match password_hash {
        Some(hash) => {
            set_password_now(tx, person, hash).await?;
            None
        }
        None => Some(invite(tx, person).await?),
    };
    let name = input.name.trim();
    Ok((json!({"id": id, "email": email, "name": name, "role": "customer"}), token))
}
